/** What `upalert plan` prints: each change with what it costs, then the pools, then who would hear of it. */
import type { AtStake, PlannedChange, PlannedPool, Preview } from '../engine/preview.ts'
import { coloured, columns } from './columns.ts'
import { decisionLines } from './decisions.ts'

/** As the daemon answers it, or as it is worked out without one. */
export interface Plan extends Preview {
  readonly where: 'kernel' | 'memory'
  /** What the plan was made from. */
  readonly basis: string
}

export function planLines(plan: Plan): string[] {
  const { pools, alerts, foreign, basis } = plan
  const changes = plan.changes.filter(({ done }) => done)
  const left = plan.changes.filter(({ done }) => !done)
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`
  const stands =
    left.length === 0 ? 'The table stands as it should: nothing would be changed.' : 'Nothing would be changed.'
  return [
    basis,
    ...(changes.length === 0 ? [stands] : ['', `${count} of the IPVS table:`, ...changeLines(changes)]),
    ...leftLines(left),
    ...poolLines(pools),
    ...alertLines(alerts),
    ...decisionLines(plan),
    ...(foreign.length === 0 ? [] : ['', `Not ours, and left alone: ${foreign.join(', ')}`]),
  ]
}

function leftLines(left: readonly PlannedChange[]): string[] {
  if (left.length === 0) return []
  const lines = left.map(({ virtual, change }) => `  ${coloured(`${virtual}: ${change}`, 'warning')}`)
  return ['', 'Changed by somebody else, and left so (drift = observe); what would mend it:', ...lines]
}

function changeLines(changes: readonly PlannedChange[]): string[] {
  return changes.flatMap(({ virtual, service, change, text, atStake, effect }) => {
    const sign = change.startsWith('add') ? '+' : change.startsWith('set') ? '~' : '-'
    const where = change.includes(service) ? '' : ` in ${service}`
    const name = virtual === service ? '' : `${virtual}: `
    const loud = sign === '+' ? 'good' : sign === '~' ? 'warning' : 'alarm'
    const cost = atStake === null || isNothing(atStake) ? [] : [`      ${stakeText(atStake)}: ${effect}`]
    return [`  ${coloured(`${sign} ${name}${change}${where}`, loud)}`, `      ${text}`, ...cost]
  })
}

const isNothing = ({ active, inactive, templates }: AtStake): boolean => active + inactive + templates === 0

function stakeText({ active, inactive, templates }: AtStake): string {
  const kept = templates === 0 ? '' : `, ${templates} persistence template${templates === 1 ? '' : 's'}`
  return `${active} active and ${inactive} inactive connections${kept}`
}

function poolLines(pools: readonly PlannedPool[]): string[] {
  if (pools.length === 0) return []
  const rows = pools.map(({ virtual, service, weightNow, weightAfter, percent, standing, text }) => {
    const change = percent === null ? 'new' : `${percent > 0 ? '+' : ''}${percent} %`
    const moves = standing.from === standing.to ? standing.to : `${standing.from} -> ${standing.to}`
    return [`  ${virtual}`, service, `weight ${weightNow} -> ${weightAfter}`, change, moves, text]
  })
  return ['', 'Capacity and quorum:', ...columns(rows)]
}

function alertLines(alerts: Preview['alerts']): string[] {
  if (alerts.length === 0) return []
  return [
    '',
    'Would be told:',
    ...columns(alerts.map(({ call, kind, about, summary }) => [`  ${call}`, kind, about, summary])),
  ]
}
