/** Small configurations, each with one thing that mon has an opinion about; as-mon.test.ts asks the real mon. */

const service = (lines: string) =>
  `hostgroup web h1 h2\n\nwatch web\n  service http\n    interval 1m\n    monitor tcp.monitor\n${indented(lines, 4)}`
const period = (lines: string) => service(`period wd {Sun-Sat}\n  alert file.alert x\n${indented(lines, 2)}`)
const setting = (line: string) => `${line}\n${service('description x')}`
const indented = (lines: string, by: number) => lines.replace(/^/gm, ' '.repeat(by)).replace(/\s*$/, '\n')

/** Whole files, or lines that only make sense as such. */
const files: readonly string[] = [
  '',
  '# a comment alone\n',
  'prose and nothing else\n',
  'Watch g\n',
  'hostgruop g h1\n',
  'view v\n',
  'service s\n',
  'alias a b c\n',
  'alias a\nwatch x\nservice y\n',
  'hostgroup\n',
  'hostgroup @x h\n',
  'watch\n',
  'watch @x\n',
  'view v a\nwatch x\n',
  'hostgroup g h1\nwatch web\n  service s\n',
  'hostgroup g h1 # x\n',
  'hostgroup g *h1 h2\n',
  'hostgroup g:x h1\n',
  'hostgroup g h1 \\\n\n  h2\n',
  'hostgroup g h1\\\n',
  'hostgroup g h1\nhostgroup g h2\n',
  'hostgroup g h1\n maxprocs = 5\n h2\n',
  'hostgroup g h1\n foo = 5\n',
  'alias a\n x = y\n',
  'watch lone\n  service s\n    interval 1m\n    monitor tcp.monitor\n',
  'watch g/x\n service s\n',
  'watch g extra\n service s\n',
  'watch g\n interval 5m\n',
  'watch g\n FOO=bar\n',
  'watch g\n watch\n',
  'watch g\n service a b\n',
  'watch g\n service a@b\n',
  'watch g\n service\n',
  'watch g\n service s\n service s\n',
  'watch g\n service s\n\nwatch g\n service t\n',
  'watch g\n\nwatch g\n service t\n',
  'hostgroup g h\n\nwatch g\n service s\n  monitor tcp.monitor\n',
  'hostgroup g h\n\nwatch g\n service s\n  interval 1m\n',
  'hostgroup g h\n\nwatch g\n service s\n',
  'hostgroup g h\n\nwatch g\n service s\n  traptimeout 5m\n',
  'hostgroup g\n\nwatch g\n service s\n  traptimeout 5m\n',
  'hostgroup g h\r\n\r\nwatch g\r\n service s\r\n  interval 1m\r\n  monitor tcp.monitor\r\n',
  'hostgroup g h1\rh2\n',
  'caf\u00e9\n',
]

const inService: readonly string[] = [
  ...['watch', 'hostgroup', 'view x', 'alias', 'unknown 5', '{', '!x', 'Interval 5m', 'maxprocs = 5'],
  ...['interval 5mn', 'interval 0s', 'interval', 'interval 5', 'interval .5h', 'interval 1.5H', 'interval 5 m'],
  ...['interval 99999d', 'interval=5m', 'interval5m', 'interval = 5m', 'monitor = tcp.monitor', 'monitor=tcp.monitor'],
  ...['monitor', 'monitor nosuch.monitor', 'monitor tcp.monitor "a', "monitor tcp.monitor it's", 'monitor/x'],
  ...['description=foo', 'lower=5', 'FOO = x', 'FOO=x "y', 'A1_=x', '1A=x', 'service t', 'alert file.alert'],
  ...['failure_interval 30s', 'failure_interval 0s', 'traptimeout x', 'trapduration 1h', 'trapduration 0s'],
  ...['randskew 10s', 'randskew 0s', 'allow_empty_group', 'allow_empty_group yes', 'exclude_hosts'],
  ...['exclude_hosts h1 h9', 'exclude_period wd {Sun}', 'exclude_period nonsense', 'exclude_period'],
  ...['exclude_period always', 'depend', 'depend web:http', 'depend SELF:http', 'depend nosuch:x', 'depend nosuch'],
  ...['depend a:b c:d', 'depend (a:b', 'depend system("x")', 'alertdepend a:b', 'monitordepend a:b'],
  ...['hostdepend a:b c:d', 'hostdepend', 'dep_behavior a', 'dep_behavior hm', 'dep_behavior x', 'dep_behavior'],
  ...['dep_memory 1h', 'dep_memory 0s', 'unack_summary yes', 'unack_summary on', 'unack_summary 1'],
  ...['unack_summary 2', 'unack_summary maybe', 'redistribute', 'redistribute nosuch.alert x', 'redistribute "x'],
  ...[
    'redistribute file.alert',
    'period',
    'period :',
    'period A:',
    'period A:\nperiod A:',
    'period wd {Mon',
    'period{x}',
  ],
  ...[
    'period A: wd {Mon}\nperiod B: wd {Mon}',
    'period wd {Mon}\nperiod wd {Mon}',
    'period wd {Mon}\nperiod wd  {Mon}',
  ],
  ...['period xx {Mon}', 'period nonsense', 'period none', 'period wd {}', 'period hr {13pm}', 'period hr {13am}'],
  ...['period 1A: wd {Mon}', 'period , wd {Mon}', 'period wd {Mon},', 'period wd {Mon,Tue}'],
]

const inPeriod: readonly string[] = [
  ...['alertevery 1h', 'alertevery 1h strict', 'alertevery 1h STRICT', 'alertevery 1h foo', 'alertevery 1h summary x'],
  ...['alertevery 1h summaryx', 'alertevery 1h observe_detail x', 'alertevery x observe_detail', 'alertevery 0s'],
  ...['alertevery', 'alertevery 1h ignore_summary', 'alertafter 3', 'alertafter 0', 'alertafter 3 30m'],
  ...['alertafter 0 30m', 'alertafter 30m', 'alertafter 0s', 'alertafter 5 3m', 'alertafter 4 3m', 'alertafter 30m 3'],
  ...['alertafter', 'alertafter x 3 30m', 'alertafter -3', 'alertafter 3 0s', 'alertafter 1 1s', 'numalerts 3'],
  ...['numalerts x', 'numalerts', 'numalerts -1', 'numalerts 0', 'numalerts 99999999999999', 'no_comp_alerts'],
  ...['no_comp_alerts x', 'alerts_dont_count', 'alertexitrange 1', 'alertexitrange 1-5', 'alertexitrange 5-1'],
  ...['alertexitrange 1 - 5', 'alertexitrange 1000', 'alertexitrange', 'alertexitrange x', 'upalertafter 5m'],
  ...['upalertafter 0s', 'upalertafter', 'alert', 'alert nosuch.alert', 'alert exit=1-5 file.alert x'],
  ...['alert EXIT=1 file.alert x', 'alert exit=1-5  file.alert x', 'alert exit = 1-5 file.alert x'],
  ...['alert exit=5-1 file.alert x', 'alert exit=x file.alert x', 'alert exit=300 file.alert', 'alert exit=1'],
  ...['alert file.alert "x', 'alert mail.alert', 'alert mail.alert a@b # x', 'alert file.alert x # y'],
  ...['alert mail.alert -nosuch x', 'upalert file.alert', 'startupalert file.alert', 'ackalert file.alert'],
  ...['disablealert file.alert', 'interval 5m', 'FOO=bar', 'unknown', 'alertx foo', 'alert-foo x', 'alert/x', 'period'],
  ...['timeout 5s'],
]

const settings: readonly string[] = [
  ...[
    'alertdir = /x',
    'alertdir =',
    'Alertdir = /x',
    'basedir = rel',
    'cfbasedir = rel',
    'mondir = a:b',
    'statedir = x',
  ],
  ...['logdir = x', 'authtype = foo', 'authtype = shadow', 'authtype = getpwnam userfile', 'authtype = trustlocal'],
  ...['pamservice = x', 'serverport = x', 'serverport = 99999', 'trapport = 0', 'clientallow = 10.1.2.\\d+'],
  ...['clientallow =', 'cltimeout = 0s', 'cltimeout = 30', 'cltimeout = 30s', 'pidfile =', 'pidfile = /x'],
  ...['monerrfile = /x', 'maxprocs = x', 'maxprocs =', 'maxprocs = 20 # c', 'histlength = x', 'historicfile = x'],
  ...['historictime = 1', 'historictime = 0s', 'dtlogging = on', 'dtlogging = YES', 'dtlogging = nonsense'],
  ...['dtlogfile = x', 'randstart = 60', 'randstart = 60s', 'randstart = 0s', 'randstart =', 'exclude_period = x'],
  ...[
    'exclude_period = wd {Sun}',
    'exclude_period =',
    'dep_recur_limit = x',
    'dep_recur_limit = 5',
    'dep_behavior = m',
  ],
  ...[
    'dep_behavior = x',
    'dep_memory = 0s',
    'dep_memory = x',
    'unack_summary = on',
    'unack_summary =',
    'unack_summary',
  ],
  ...['unack_summary = maybe', 'unack_summary = 2', 'syslog_facility = local3', 'syslog_facility = nonsense'],
  ...['startupalerts_on_reset = x', 'startupalerts_on_reset = on', 'monremote = x', 'foo = bar', 'maxkeep = 5'],
  ...['foo=bar=baz', 'serverbind = 127.0.0.1', 'trapbind = nosuch.invalid', 'foo \r= x'],
]

/** mon and we judge them alike. */
export const alike: readonly string[] = [
  ...files,
  ...inService.map(service),
  ...inPeriod.map(period),
  ...settings.map(setting),
].filter((text) => text !== service('timeout 5s'))

/** mon and we judge them otherwise; `row` stands in docs/configuration.md, "Where mon is silent". */
export const unlike: readonly { readonly text: string; readonly mon: 'takes' | 'refuses'; readonly row: string }[] = [
  { text: service('interval 0.0s'), mon: 'takes', row: '`0.0s`' },
  { text: service('interval 00s'), mon: 'takes', row: '`0.0s`' },
  { text: service('period wd {Sun-Sat}, garbage'), mon: 'takes', row: 'a mistake in a later sub-period' },
  { text: service('period wd {Mon*-Fri}'), mon: 'takes', row: 'other signs in the name of a day or month' },
  { text: setting('clientallow = ('), mon: 'takes', row: 'a `clientallow` that is no regular expression' },
  { text: 'a\0b\n', mon: 'takes', row: 'a NUL byte' },
  { text: service('unack_summary'), mon: 'refuses', row: '`unack_summary` alone' },
  { text: service('unack_summary off'), mon: 'refuses', row: '`unack_summary` alone' },
  { text: period('alertafter 1d'), mon: 'refuses', row: '`alertafter` takes days and decimals' },
  { text: period('alertafter 1.5h'), mon: 'refuses', row: '`alertafter` takes days and decimals' },
  { text: period('alertafter 3 1d'), mon: 'refuses', row: '`alertafter` takes days and decimals' },
  { text: service('timeout 5s'), mon: 'refuses', row: 'words of our own' },
  { text: setting('database = none'), mon: 'refuses', row: 'words of our own' },
]
