/** What a user is called whose names were erased. */
export const PSEUDONYM = { firstname: 'Deleted user', lastname: '' };

interface AboutPerson {
  readonly firstname?: string;
  readonly client?: string;
  readonly username?: string;
}

/** What is left of an event about a person once that is removed or erased: the same shape under a pseudonym. */
export function withoutPerson(data: AboutPerson): object {
  const { username: _, ...others } = data;
  return {
    ...others,
    ...('firstname' in data && PSEUDONYM),
    ...('client' in data && { client: '' }),
  };
}
