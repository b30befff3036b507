/**
 * What another program and upalert are put through side by side, as data: virtual servers as its configuration has them, what
 * becomes of their real servers at each moment, and the states that each virtual server's table entry then goes through.
 */
import { VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from '../farm.ts'

/** Real servers of a scenario; each letter is an address of its own, the same in all scenarios. `s` is the sorry server. */
export type Letter = 'a' | 'b' | 'c' | 'p' | 's'

const LAST_OCTET: Readonly<Record<Letter, number>> = { a: 11, b: 12, c: 13, p: 14, s: 19 }
export const LETTERS = Object.keys(LAST_OCTET) as readonly Letter[]

export const addressOf = (letter: Letter): string => `10.1.1.${LAST_OCTET[letter]}`
export const address6Of = (letter: Letter): string => `2001:db8:2::${LAST_OCTET[letter]}`

/** What answers on a real server's port. A web server also serves the clients, with its letter as the page. */
export type Kind = 'web' | 'tls' | 'smtp' | 'dns' | 'udp' | 'none'

/**
 * up: answers as it should. refuse: nobody listens. hang: listens, and never says a word. wrong: answers what no check
 * likes. gone: the machine is off (for a letter that no other scenario uses).
 */
export type Health = 'up' | 'refuse' | 'hang' | 'wrong' | 'gone'

/** What somebody does at one moment. All of it happens at once. */
export interface Deed {
  readonly servers?: Partial<Record<Letter, Health>>
  /** So many of the next checks of this server find it wrong, and then one must find it up. */
  readonly wrongFor?: readonly [letter: Letter, checks: number]
  /** Pages of the scenario's web servers, by path, that answer wrong from now on; the others are fine. */
  readonly wrongPages?: readonly string[]
  /** So many checks come to this server from now on before the moment is over: what they found is known by then. */
  readonly checked?: readonly [letter: Letter, times: number]
  /** A number written into the scenario's file, which FILE_CHECK reads. */
  readonly file?: string
  /** The exit status of the scenario's script from now on; the moment is not over before it ended so. */
  readonly exit?: number
  /** ldirectord's maintenancedir gets a file named after this server, or loses it. */
  readonly maintenance?: readonly [letter: Letter, begins: boolean]
  /** This virtual address comes to the director, or leaves it. */
  readonly address?: readonly ['add' | 'del', string]
  /** `ipvsadm` with these words, by somebody who does not know better. `$V` is the virtual server, `$A`, `$B` … a real one. */
  readonly ipvsadm?: string
}

/** A moment: what happens at it, and the states that follow, the last of which stays until the next moment. */
export interface Step {
  readonly does?: Deed
  /** Empty: nothing changes. */
  readonly states: readonly State[]
  /** Several servers change at once, and which of them is found first is chance: only the last state is compared. */
  readonly together?: true
  /** What the scenario's scripts are run with (`$TELL` is the script, with the port), in any order. */
  readonly told?: readonly string[]
}

/**
 * The virtual server's row in the kernel's table: `a=1 b=0` for its real servers with their weights, in the order of
 * letters, `empty` without real servers, `absent` without a row.
 */
export type State = string

/** The moments of the story. At `reload` and `reload 2` the next configuration is read. */
export const MOMENTS = ['start', '1', '2', '3', '4', 'reload', '5', '6', 'reload 2', '7', '8'] as const
export type Moment = (typeof MOMENTS)[number]

export interface Scenario {
  /** What an operator would say of it. */
  readonly name: string
  /** The inside of `virtual_server`, or the lines below `virtual =`: for all times, or at the start and after each reload. */
  readonly config: string | readonly string[]
  /** Blocks besides, at the top of the file. */
  readonly besides?: string
  /** What stands behind `virtual_server` or `virtual =`; its own port on the virtual address if nothing is said. */
  readonly virtual?: string
  readonly protocol?: 'udp' | 'sctp'
  /** The table's names for it (`$PORT` is its port), if there are others or more: all go through the same states. */
  readonly services?: readonly string[]
  readonly family?: 6
  readonly servers?: Partial<Record<Letter, Kind>>
  readonly steps: Partial<Record<Moment, Step>>
  /** Where upalert goes through other states: which rows of docs/keepalived.md or docs/ldirectord.md say why, and the states. */
  readonly differs?: {
    readonly rows: readonly string[]
    readonly steps: Partial<Record<Moment, readonly State[]>>
    readonly told?: Partial<Record<Moment, readonly string[]>>
  }
  /** Clients ask for pages through it all the time. */
  readonly visited?: true
}

const FIRST_PORT = 8101
/** The script that writes down what it is run with. */
export const TELL = '/run/beside/tell'
/** Where it does so. */
export const TOLD = '/run/beside/told'

/** ldirectord's maintenancedir. */
export const MAINTENANCE = '/run/beside/maintenance'

/** A scenario with what follows from its place in the list. */
export interface Placed extends Scenario {
  readonly port: number
  /** The file that its checks read. */
  readonly file: string
  readonly tables: readonly string[]
}

export function place(scenarios: readonly Scenario[]): readonly Placed[] {
  return scenarios.map((scenario, index) => {
    const port = FIRST_PORT + index
    const address = scenario.family === 6 ? `[${VIRTUAL_ADDRESS6}]` : VIRTUAL_ADDRESS
    const tables = scenario.services ?? [`${scenario.protocol ?? 'tcp'} ${address}:$PORT`]
    return {
      ...scenario,
      port,
      file: `/run/beside/file-${port}`,
      tables: tables.map((name) => name.replace('$PORT', String(port))),
    }
  })
}

/** The scenario's words at the start (0) or after so many reloads. */
export const configAt = ({ config }: Scenario, reloads: number): string =>
  typeof config === 'string' ? config : (config[reloads] ?? config.at(-1) ?? '')

/** The states that a world goes through at a moment. */
export function statesOf(scenario: Scenario, moment: Moment, world: World): readonly State[] {
  const differs = world === 'upalert' ? scenario.differs?.steps[moment] : undefined
  return differs ?? scenario.steps[moment]?.states ?? []
}

/** What a scenario's scripts are run with at a moment, sorted. */
export function toldAt(scenario: Scenario, moment: Moment, world: World): readonly string[] {
  const differs = world === 'upalert' ? scenario.differs?.told?.[moment] : undefined
  return [...(differs ?? scenario.steps[moment]?.told ?? [])].sort()
}

export type World = 'keepalived' | 'ldirectord' | 'upalert'

/** The state in which a moment, or the last one before it that changed something, leaves a row. */
export function leftAt(scenario: Scenario, moment: Moment, world: World): State | undefined {
  const moments = MOMENTS.slice(0, MOMENTS.indexOf(moment) + 1)
  return moments.map((one) => statesOf(scenario, one, world).at(-1)).findLast((state) => state !== undefined)
}
