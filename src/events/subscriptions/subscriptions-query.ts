import { ApiProperty } from '@nestjs/swagger';
import { IsString } from 'class-validator';

export class SubscriptionsQuery {
  @ApiProperty({
    description:
      'The topic. Of the topics of Carillon, only those that are granted to single users have visible subscribers, such as `rooms/<id>`.',
    minLength: 1,
    maxLength: 512,
    example: 'orders/42',
  })
  @IsString({ message: 'must be one topic' })
  topic!: string;
}
