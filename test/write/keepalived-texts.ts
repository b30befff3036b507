/** Random keepalived.conf texts without mistakes: every word of its virtual servers, in every combination that means something. */
import fc from 'fast-check'

const line = (word: string, values: fc.Arbitrary<string | number>) => values.map((value) => `${word} ${value}`)
const number = (min: number, max: number) => fc.integer({ min, max })
const time = fc.oneof(
  number(1, 100),
  number(1, 4_000_000_000).map((n) => (n / 1_000_000).toFixed(6)),
)
const pause = fc.oneof(time, fc.constant(0))
const program = fc.constantFrom(
  '/bin/true',
  '"/bin/true -a \'b c\'"',
  '"/bin/true a\\nb"',
  '"/bin/true a\\\\nb \'x\\\\x22\' \\\\x27 \\\\t"',
  '"/bin/true \'a b\' $x;# !c"',
  '"/bin/true -- --x \\\\x5c"',
)
const account = fc.constantFrom('', ' root', ' root daemon')
const command = fc.tuple(program, account).map((parts) => parts.join(''))

/** Some of the lines, each at most once. */
const some = (...lines: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(...lines.map((one) => fc.option(one, { freq: 2 })))
    .map((found) => found.filter((one) => one !== null).join('\n'))

const again = [
  line('retry', number(1, 9)),
  line('delay_before_retry', pause),
  line('warmup', pause),
  line('delay_loop', number(1, 100)),
]
const connecting = [
  ...again,
  line('connect_port', number(1, 65_535)),
  line('connect_timeout', time),
  line('fwmark', number(0, 99)),
  line('bind_port', number(1, 65_535)),
  fc.constantFrom('alpha', 'log_all_failures', 'connect_ip 10.9.8.7', 'bind_if eth0'),
]
const url = some(
  fc.constantFrom('digest 0123456789abcdef0123456789abcdef', 'status_code 200', 'status_code 200-204 302'),
  fc.constantFrom('virtualhost www.example.com'),
  fc.constantFrom(
    'regex "a+\\\\s\'"',
    'regex "a\\\\nb\\x22"',
    'regex ok\nregex_options caseless\nregex_no_match\nregex_min_offset 3',
  ),
).map((lines) => `url {\npath /x?a=b\n${lines}\n}`)
const block = (name: string, lines: fc.Arbitrary<string>) => lines.map((text) => `${name} {\n${text}\n}`)
const pages = fc.tuple(
  some(...connecting, fc.constantFrom('virtualhost a.example', 'http_protocol 1.1', 'enable_sni', 'fast_recovery')),
  fc.array(url, { minLength: 1, maxLength: 3 }),
)
const http = (name: string) => pages.map(([words, urls]) => `${name} {\n${words}\n${urls.join('\n')}\n}`)

const checker = fc.oneof(
  block('TCP_CHECK', some(...connecting)),
  block('PING_CHECK', some(...connecting)),
  block('SMTP_CHECK', some(...connecting, fc.constant('helo_name a.example'))),
  block('DNS_CHECK', some(...connecting, fc.constantFrom('type MX', 'name www.example.com'))),
  block(
    'UDP_CHECK',
    some(
      ...connecting,
      fc.constantFrom('payload 0d0a ff', 'require_reply 0d xx 4x', 'require_reply', 'min_reply_length 2'),
    ),
  ),
  fc
    .tuple(some(...again, line('misc_timeout', number(1, 99)), fc.constantFrom('misc_dynamic')), program)
    .map(([lines, path]) => `MISC_CHECK {\nmisc_path ${path}\n${lines}\n}`),
  fc.constant('FILE_CHECK {\ntrack_file f\nweight 3 reverse\n}'),
  http('HTTP_GET'),
  http('SSL_GET'),
)

const notices = [
  line('notify_up', command),
  line('notify_down', command),
  fc.constantFrom('smtp_alert', 'smtp_alert no'),
]
const methods = fc.constantFrom('NAT', 'DR', 'TUN', 'TUN type gue port 6080 csum', 'TUN type gre', 'TUN type ipip')
const initial = fc.constantFrom('up', 'down', 'wait', 'wait 3.5', 'last-known').map((word) => `initial ${word}`)
const realWords = some(
  line('weight', number(0, 9)),
  line('lvs_method', methods),
  line('uthreshold', number(10, 20)),
  fc.constant('uthreshold 12\nlthreshold 3'),
  line('delay_loop', number(1, 9)),
  initial,
  fc.constantFrom('inhibit_on_failure', 'inhibit_on_failure no', 'alpha', 'backup'),
  ...notices,
)
const address = (family: 4 | 6, n: number) => (family === 4 ? `10.1.1.${n}` : `2001:db8::1:${n}`)
const realsOf = (family: 4 | 6) =>
  fc
    .uniqueArray(fc.tuple(number(1, 6), fc.option(number(1, 65_535), { freq: 3 })), {
      selector: ([n]) => n,
      minLength: 1,
      maxLength: 4,
    })
    .chain((ends) =>
      fc.tuple(
        ...ends.map(([n, port]) =>
          fc.tuple(realWords, fc.array(checker, { maxLength: 3 })).map(([words, checkers]) => {
            // Without a port of its own a server has that of its service, which a mark or a group may not have.
            return `real_server ${address(family, n)} ${port ?? 80} {\n${words}\n${checkers.join('\n')}\n}`
          }),
        ),
      ),
    )
    .map((blocks) => blocks.join('\n'))

const virtualWords = some(
  line('quorum', number(1, 12)),
  line('hysteresis', number(0, 4)),
  line('backup_below', number(1, 9)),
  line('slow_start', pause),
  line('persistence_timeout', number(1, 999)),
  line('delay_loop', number(1, 9)),
  line('quorum_up', command),
  line('quorum_down', command),
  line('lvs_method', methods),
  line('retry', number(1, 9)),
  initial,
  fc.constantFrom('alpha', 'omega', 'smtp_alert', 'smtp_alert no'),
  fc.constantFrom(
    'lvs_sched rr',
    'lvs_sched sh\nsh-port\nsh-fallback',
    'lvs_sched mh\nmh-port',
    'lvs_sched wrr\nflag-3',
  ),
  fc.constantFrom('inhibit_on_failure'),
)
const sorryOf = (family: 4 | 6) =>
  fc
    .tuple(fc.option(number(1, 99)), fc.boolean(), fc.option(methods))
    .map(([port, inhibit, method]) =>
      [
        `sorry_server ${address(family, 99)} ${port ?? ''}`,
        ...(inhibit ? ['sorry_server_inhibit'] : []),
        ...(method === null ? [] : [`sorry_server_lvs_method ${method}`]),
      ].join('\n'),
    )

const heads = (i: number, family: 4 | 6) =>
  fc.constantFrom(
    family === 4 ? `192.0.2.${i + 1} 80` : `2001:db8::${i + 1} 80`,
    ...(family === 4 ? [`192.0.2.${i + 1}`, `fwmark ${i + 1}`, `group G${i}`] : []),
  )

const virtualOf = (i: number, family: 4 | 6) =>
  fc
    .tuple(heads(i, family), virtualWords, realsOf(family), fc.option(sorryOf(family)), fc.boolean(), fc.boolean())
    .map(([head, words, reals, sorry, udp, suspend]) => {
      const protocol = head.startsWith('fwmark') ? '' : `protocol ${udp ? 'UDP' : 'TCP'}\n`
      const extra = suspend && /^[\d:]/.test(head) ? 'ha_suspend\n' : ''
      const ops = udp && suspend ? 'ops\n' : ''
      return `virtual_server ${head} {\n${protocol}${extra}${ops}${words}\n${sorry ?? ''}\n${reals}\n}`
    })

const group = (i: number) =>
  `virtual_server_group G${i} {\n203.0.113.${i + 1} 80\n203.0.113.${i + 1} 443\nfwmark ${1000 + i}\n}`

const globals = some(
  line('router_id', fc.constantFrom('LVS', '"LVS MAIN"', '" a b "')),
  line('notification_email_from', fc.constant('lvs@example.com')),
  line('smtp_server', fc.constantFrom('10.0.0.9', 'mail.example.com 587', '2001:db8::9')),
  fc.constant('notification_email {\nops@example.com\nroot\n}'),
  line('lvs_timeouts', fc.constantFrom('tcp 900', 'tcpfin 3 udp 4 tcp 5')),
  line('notify_fifo', fc.constantFrom('/run/a', '"/run/a b" root daemon')).map(
    (text) => `${text}\nnotify_fifo_script /bin/cat`,
  ),
  line('lvs_notify_fifo', fc.constantFrom('/run/c root')),
  line('script_user', fc.constantFrom('root', 'root daemon')),
  fc.constantFrom('lvs_flush', 'lvs_flush_on_stop', 'enable_script_security', 'checker_log_all_failures'),
)

export const keepalivedText: fc.Arbitrary<string> = fc
  .tuple(globals, fc.array(fc.constantFrom<4 | 6>(4, 4, 6), { minLength: 1, maxLength: 4 }))
  .chain(([settings, families]) =>
    fc
      .tuple(...families.map((family, i) => virtualOf(i, family)))
      .map((virtuals) => [
        `global_defs {\n${settings}\n}`,
        'track_file f {\nfile /run/f\nweight 2\n}',
        ...families.map((_, i) => group(i)),
        ...virtuals,
      ]),
  )
  .map((blocks) => `${blocks.join('\n\n')}\n`)
