/** The routes that every kind of machine is judged by. */
import type { Facts, Route } from '../model/facts.ts'
import type { Family } from '../model/table.ts'

/** The default routes of the main table, the preferred first; several next hops are several. */
export function defaultRoutes(facts: Facts, family: Family): readonly Route[] {
  if (facts.routes.kind === 'unseen') return []
  return facts.routes.value
    .filter((route) => route.family === family && route.to === 'default' && route.table === 'main')
    .toSorted((a, b) => a.metric - b.metric)
}
