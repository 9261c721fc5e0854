/** The name of a user whose names were erased. */
export const PSEUDONYM = { firstname: 'Deleted user', lastname: '' };

interface AboutPerson {
  readonly firstname?: string;
  readonly client?: string;
  readonly username?: string;
}

/** The data of an event about a removed or erased user: the same shape, with a pseudonym. */
export function withoutPerson(data: AboutPerson): object {
  const { username: _, ...others } = data;
  return {
    ...others,
    ...('firstname' in data && PSEUDONYM),
    ...('client' in data && { client: '' }),
  };
}
