/** Which words and blocks may stand where: the tables of words, put together for builder.ts. */
import { OLD_WORDS } from './old-words.ts'
import * as checkers from './tables/checkers.ts'
import { GLOBALS, SSL, TRACK_FILE } from './tables/globals.ts'
import * as kept from './tables/kept.ts'
import { REAL_SERVER, VIRTUAL_SERVER } from './tables/servers.ts'
import type { Shape } from './tree.ts'

type Blocks = Readonly<Record<string, Shape>>

const shape = (name: string, words: Iterable<string>, blocks: Blocks = {}): Shape => ({
  name,
  words: new Set([...words, ...Object.keys(OLD_WORDS[name] ?? {})]),
  blocks,
})

const list = (name: string): Shape => ({ name, words: null, blocks: {} })

const named = (shapes: readonly Shape[]): Blocks => Object.fromEntries(shapes.map((one) => [one.name, one]))
const lists = (names: readonly string[]): Blocks => named(names.map(list))

const URL = shape('url', Object.keys(checkers.URL))

const CHECKERS: Blocks = named([
  shape('TCP_CHECK', Object.keys(checkers.TCP_CHECK)),
  shape('HTTP_GET', Object.keys(checkers.HTTP_GET), { url: URL }),
  shape('SSL_GET', Object.keys(checkers.HTTP_GET), { url: URL }),
  shape('SMTP_CHECK', Object.keys(checkers.SMTP_CHECK), { host: shape('host', Object.keys(checkers.HOST)) }),
  shape('DNS_CHECK', Object.keys(checkers.DNS_CHECK)),
  shape('MISC_CHECK', Object.keys(checkers.MISC_CHECK)),
  shape('UDP_CHECK', Object.keys(checkers.UDP_CHECK)),
  shape('PING_CHECK', Object.keys(checkers.PING_CHECK)),
  shape('FILE_CHECK', Object.keys(checkers.FILE_CHECK)),
  shape('BFD_CHECK', Object.keys(checkers.BFD_CHECK)),
])

const REAL = shape('real_server', Object.keys(REAL_SERVER), CHECKERS)
const TRACK = Object.keys(TRACK_FILE)

const VRRP: Blocks = {
  ...named([
    shape('vrrp_instance', kept.VRRP_INSTANCE, {
      authentication: shape('authentication', kept.AUTHENTICATION),
      ...lists(kept.VRRP_INSTANCE_LISTS),
    }),
    { ...shape('vrrp_sync_group', kept.VRRP_SYNC_GROUP, lists(kept.VRRP_SYNC_GROUP_LISTS)), bareWords: true },
    shape('vrrp_script', kept.VRRP_SCRIPT),
    shape('vrrp_track_process', kept.VRRP_TRACK_PROCESS),
    shape('bfd_instance', kept.BFD_INSTANCE),
    shape('garp_group', kept.GARP_GROUP, lists(['interfaces'])),
    shape('track_group', [], lists(['group'])),
  ]),
  ...lists(kept.LISTS),
}

/** The file itself. */
export const FILE: Shape = shape('the file', kept.KEPT_OUTSIDE, {
  ...named([
    shape('global_defs', [...Object.keys(GLOBALS), ...kept.KEPT_GLOBALS], lists(['notification_email'])),
    shape('virtual_server', Object.keys(VIRTUAL_SERVER), { real_server: REAL }),
    list('virtual_server_group'),
    shape('SSL', Object.keys(SSL)),
    shape('track_file', TRACK),
    // Its name before 2.1.
    shape('vrrp_track_file', TRACK),
  ]),
  ...VRRP,
})
