/** Steps of a machine's setup as commands with comments: what does it now, and what makes it so after every boot. */
import { alone, quotedWords, sysctlName } from '../../doctor/finding.ts'
import type { Family } from '../../model/table.ts'

export type Step =
  | { readonly kind: 'module'; readonly why: string; readonly module: string }
  /** `path` below /proc/sys. */
  | { readonly kind: 'sysctl'; readonly why: string; readonly path: string; readonly value: number }
  | {
      readonly kind: 'address'
      readonly why: string
      readonly address: string
      readonly device: string
      readonly more: readonly string[]
    }
  | { readonly kind: 'link'; readonly why: string; readonly device: string }
  | { readonly kind: 'gateway'; readonly why: string; readonly family: Family; readonly director: string }
  /** At boot it is run when `device` comes up. */
  | { readonly kind: 'command'; readonly why: string; readonly command: string; readonly device: string }
  | { readonly kind: 'remark'; readonly text: string }

export function stepsText(steps: readonly Step[]): readonly string[] {
  const now = steps.flatMap((step) =>
    step.kind === 'remark' ? [`# ${step.text}`] : [`# ${step.why}`, commandOf(step)],
  )
  const lasting = lastingLines(steps)
  return [
    ...now,
    ...(lasting.length === 0 ? [] : ['# So that it is so after every boot:', ...lasting.map((line) => `#   ${line}`)]),
  ]
}

/** Of two that are alike the first counts. */
export function stepsOnce(steps: readonly Step[]): readonly Step[] {
  return [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()]
}

/** Those of addresses, links, routes and switches may be given twice, and do the same then. */
function commandOf(step: Exclude<Step, { kind: 'remark' }>): string {
  switch (step.kind) {
    case 'module':
      return quotedWords('modprobe', step.module)
    case 'sysctl':
      return quotedWords('sysctl', '-w', `${sysctlName(step.path)}=${step.value}`)
    case 'address':
      return addressCommand(step)
    case 'link':
      return quotedWords('ip', 'link', 'set', 'dev', step.device, 'up')
    case 'gateway':
      return quotedWords('ip', `-${step.family}`, 'route', 'replace', 'default', 'via', step.director)
    case 'command':
      return step.command
  }
}

const addressCommand = ({ address, device, more }: Extract<Step, { kind: 'address' }>): string =>
  quotedWords('ip', 'address', 'replace', alone(address), 'dev', device, ...more)

/** Where what is written: modules-load.d(5), sysctl.d(5), interfaces(5). */
function lastingLines(steps: readonly Step[]): readonly string[] {
  const modules = steps.flatMap((step) => (step.kind === 'module' ? [step.module] : []))
  const sysctls = steps.flatMap((step) => (step.kind === 'sysctl' ? [`${sysctlName(step.path)} = ${step.value}`] : []))
  const devices = new Map<string, string[]>()
  for (const step of steps) {
    if (step.kind !== 'address' && step.kind !== 'link' && step.kind !== 'command') continue
    devices.set(step.device, [...(devices.get(step.device) ?? []), `    up ${commandOf(step)}`])
  }
  const gateways = steps.flatMap((step) => (step.kind === 'gateway' ? [step.director] : []))
  return [
    ...file('/etc/modules-load.d/lvs.conf', modules),
    ...file('/etc/sysctl.d/60-lvs.conf', sysctls),
    ...file('/etc/network/interfaces', [
      ...[...devices].flatMap(([device, lines]) => [...stanza(device), ...lines]),
      ...gateways.map((director) => `    gateway ${director}     (below the "iface" of its network)`),
    ]),
  ]
}

const file = (name: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : [`${name}:`, ...lines.map((line) => `  ${line}`)]

/** A line that is there already, or one for a device that no line is about yet. */
function stanza(device: string): readonly string[] {
  if (device === 'lo') return ['iface lo inet loopback']
  return /^(?:tunl0|sit0|ip6tnl0|gre0|ip6gre0)$/.test(device)
    ? [`auto ${device}`, `iface ${device} inet manual`]
    : [`iface ${device} …     (the one that is there)`]
}
