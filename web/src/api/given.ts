type Given<Query> = { [Name in keyof Query]?: Exclude<Query[Name], undefined> };

/** The parameters of a question that have a value; the others are not asked at all. */
export function givenOf<Query extends object>(query: Query): Given<Query> {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined),
  ) as Given<Query>;
}
