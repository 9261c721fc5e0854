import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';
import { ProcessStatistics } from './process-statistics.js';

@Module({
  imports: [AccountsModule],
  controllers: [MetricsController],
  providers: [Metrics, ProcessStatistics],
})
export class MetricsModule {}
