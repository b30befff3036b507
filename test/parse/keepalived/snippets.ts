/** keepalived.conf in small pieces, each with what keepalived 2.2.7 says of it: the table of as-keepalived.test.ts. */

/** `takes`: keepalived -t says nothing, and the status is 0. */
export interface Snippet {
  readonly name: string
  readonly text: string
  readonly keepalived: 'takes' | 'complains'
  /** Where upalert says something else, and why that is better. */
  readonly ours?: { readonly says: 'nothing' | 'warning' | 'error'; readonly because: string }
}

const COMPLETE = ' protocol TCP\n lvs_sched rr\n lvs_method NAT\n'

const virtual = (words: string) =>
  `virtual_server 10.0.0.1 80 {\n${COMPLETE} ${words}\n real_server 10.0.0.2 80 {\n }\n}\n`
const real = (words: string) => `virtual_server 10.0.0.1 80 {\n${COMPLETE} real_server 10.0.0.2 80 {\n${words}\n }\n}\n`
const check = (kind: string, words: string) => real(`${kind} {\n${words}\n}`)
const url = (words: string) => check('HTTP_GET', `url {\npath /\n${words}\n}`)
const group = (entries: string) =>
  `virtual_server_group G {\n${entries}\n}\nvirtual_server group G {\n${COMPLETE} real_server 10.0.0.2 80 {\n }\n}\n`
const globals = (words: string) => `global_defs {\n${words}\n}\n`

const takes = (name: string, text: string, ours?: Snippet['ours']): Snippet => ({
  name,
  text,
  keepalived: 'takes',
  ...(ours === undefined ? {} : { ours }),
})
const complains = (name: string, text: string, ours?: Snippet['ours']): Snippet => ({
  name,
  text,
  keepalived: 'complains',
  ...(ours === undefined ? {} : { ours }),
})
const error = (because: string) => ({ says: 'error', because }) as const
const warning = (because: string) => ({ says: 'warning', because }) as const
const nothing = (because: string) => ({ says: 'nothing', because }) as const

export const snippets: readonly Snippet[] = [
  takes('a plain virtual_server', virtual('')),
  takes('a block on one line', 'global_defs { router_id x }\n'),
  takes('a brace on the next line', 'global_defs\n{\n router_id x }\n'),
  takes(
    'an old spelling',
    'virtual_server 10.0.0.1 80 {\n protocol tcp\n lb_algo wrr\n lb_kind NAT\n real_server 10.0.0.2 80 {\n }\n}\n',
  ),
  complains('a word nobody knows', virtual('weigth 3')),
  complains('a block nobody knows', real('TPC_CHECK {\n connect_timeout 3\n}')),
  complains('a missing }', 'global_defs {\n router_id x\n'),
  complains('a } too many', 'global_defs {\n router_id x\n}\n}\n'),
  complains('a missing {', 'global_defs\n router_id x\n}\n'),
  complains('a checker without its block', real('TCP_CHECK')),
  complains('a quote that is not closed', globals('router_id "x')),
  takes('a comment glued to a word', globals('router_id x#y'), warning('the operator may have meant the whole word')),
  takes('a comment sign in double quotes', globals('router_id "x#y"')),
  takes(
    'a comment sign in single quotes',
    globals("router_id 'x#y'"),
    warning('it is a comment, which single quotes do not prevent'),
  ),
  takes('a word behind the value', real('weight 1 2'), warning('2 counts for nothing, and looks as if it did')),
  takes(
    'two words of a block on one line',
    check('TCP_CHECK', 'connect_port 80 connect_timeout 3'),
    warning('connect_timeout counts for nothing'),
  ),
  takes('a word twice', real('weight 1\nweight 2'), warning('one of them is not meant')),

  complains('a backup server', real('backup'), nothing('it is a word of upalert')),
  complains('results in a row', check('TCP_CHECK', 'rise 2\nfall 3'), nothing('these are words of upalert')),
  complains('no result in a row', check('TCP_CHECK', 'rise 0')),

  complains('a number with a unit', real('weight 10s')),
  complains('a negative weight', real('weight -1')),
  complains('a hexadecimal weight', real('weight 0x10')),
  takes('weight 0 of one real_server', virtual('real_server 10.0.0.3 80 {\nweight 0\n}')),
  complains('weight 0 of every real_server', real('weight 0'), nothing('keepalived mends its own default quorum')),
  complains('weight 0 of a virtual_server', virtual('weight 0')),
  complains('a value that is missing', real('weight')),
  takes('a number with zeros before it', real('weight 010')),
  complains('a port by name', check('TCP_CHECK', 'connect_port http')),
  complains('a port above 65535', check('TCP_CHECK', 'connect_port 65536')),
  complains('port 0 of a checker', check('TCP_CHECK', 'connect_port 0')),
  complains('an address in brackets', check('TCP_CHECK', 'connect_ip [::1]')),
  complains('a name for an address', check('TCP_CHECK', 'connect_ip www')),
  complains('an address with three parts', check('TCP_CHECK', 'connect_ip 10.1.1')),
  complains('an octet with a leading zero', check('TCP_CHECK', 'connect_ip 10.1.1.01')),
  takes('half a second', virtual('delay_loop 0.5')),
  takes('a fraction without a whole number', virtual('delay_loop .5')),
  takes('a whole number with a dot', virtual('delay_loop 5.')),
  takes('six decimals', check('TCP_CHECK', 'connect_timeout 0.123456')),
  complains('seven decimals', check('TCP_CHECK', 'connect_timeout 0.1234567')),
  complains('connect_timeout 0', check('TCP_CHECK', 'connect_timeout 0')),
  complains('delay_loop 0', virtual('delay_loop 0')),
  complains('connect_timeout of more than an hour', virtual('connect_timeout 5000')),
  takes('retry 0 in a checker', check('TCP_CHECK', 'retry 0')),
  complains('retry 0 in a real_server', real('retry 0')),
  takes('warmup 0', virtual('warmup 0')),
  takes('a switch alone', real('alpha')),
  takes('a switch with no', real('alpha no')),
  complains('a switch with 1', real('alpha 1')),
  complains('a switch in capitals', real('alpha TRUE')),
  takes('a flag with off', virtual('alpha off'), warning('off counts for nothing: alpha is on')),

  complains(
    'no protocol',
    'virtual_server 10.0.0.1 80 {\n lvs_sched rr\n lvs_method NAT\n real_server 10.0.0.2 80 {\n }\n}\n',
  ),
  complains(
    'no scheduler',
    'virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_method NAT\n real_server 10.0.0.2 80 {\n }\n}\n',
  ),
  complains(
    'no forwarding method',
    'virtual_server 10.0.0.1 80 {\n protocol TCP\n lvs_sched rr\n real_server 10.0.0.2 80 {\n }\n}\n',
  ),
  complains('no real_server', `virtual_server 10.0.0.1 80 {\n${COMPLETE}}\n`),
  complains('a scheduler nobody knows', virtual('lvs_sched rrr')),
  complains('a protocol nobody knows', virtual('protocol icmp')),
  complains('sh-port with rr', virtual('sh-port')),
  takes('sh-port behind lvs_sched sh', virtual('lvs_sched sh\nsh-port'), warning('lvs_sched stands here twice')),
  complains('ops with TCP', virtual('ops')),
  complains('persistence_timeout 0', virtual('persistence_timeout 0')),
  takes('persistence_timeout alone', virtual('persistence_timeout')),
  complains('persistence_timeout of more than 31 days', virtual('persistence_timeout 2678401')),
  takes('a netmask', virtual('persistence_granularity 255.255.255.0')),
  takes(
    'a netmask with holes',
    virtual('persistence_granularity 255.0.255.0'),
    error('the kernel groups clients by a length'),
  ),
  takes('a length for IPv4', virtual('persistence_granularity 24'), error('keepalived reads it as the mask 0.0.0.24')),
  complains('a long persistence_engine', virtual('persistence_engine abcdefghijklmnopq')),
  complains('quorum 0', virtual('quorum 0')),
  complains('a quorum above all weights', virtual('quorum 5')),
  complains('a hysteresis as large as the quorum', virtual('hysteresis 1')),
  complains('sorry_server_inhibit without a sorry_server', virtual('sorry_server_inhibit')),
  takes(
    'a sorry_server with all its words',
    virtual('sorry_server 10.0.0.9 80\nsorry_server_inhibit\nsorry_server_lvs_method DR'),
  ),
  complains('a sorry_server by name', virtual('sorry_server www 80')),
  complains('smtp_alert with a word', virtual('smtp_alert maybe')),
  complains('virtualhost without a name', virtual('virtualhost')),
  complains('nat_mask of 2002', virtual('nat_mask 255.255.255.0')),
  takes('TUN with gue and its port', real('lvs_method TUN type gue port 5555 remcsum')),
  complains('TUN with gue and no port', real('lvs_method TUN type gue')),
  complains('TUN with ipip and a checksum', real('lvs_method TUN type ipip csum')),
  complains('TUN with gre and a remote checksum', real('lvs_method TUN type gre remcsum')),
  complains('a forwarding method in small letters', real('lvs_method dr')),
  complains('lb_kind in a real_server', real('lb_kind DR')),
  takes(
    'a lower threshold above the upper',
    real('lthreshold 5\nuthreshold 3'),
    error('the kernel refuses that real server'),
  ),
  complains('a real_server twice', virtual('real_server 10.0.0.2 80 {\n}')),
  complains('a real_server of another family', virtual('real_server 2001:db8::2 80 {\n}')),
  complains('a virtual_server by name', 'virtual_server www 80 {\n}\n'),
  complains('a virtual_server with address:port', 'virtual_server 10.0.0.1:80 {\n}\n'),
  complains(
    'a firewall mark with a protocol',
    `virtual_server fwmark 1 {\n${COMPLETE} real_server 10.0.0.2 {\n }\n}\n`,
  ),
  takes(
    'a virtual_server twice',
    virtual('') + virtual(''),
    error('the kernel has one such service, and its servers would mix'),
  ),

  takes('a group of all kinds', group('10.0.0.3 80\n10.0.0.4-9 80\n10.0.1.0/30 80\nfwmark 7')),
  takes('a range of IPv6', 'virtual_server_group G {\n2001:db8::2-9 80\n}\n'),
  complains('a range that ends before it begins', group('10.0.0.9-4 80')),
  complains('an empty group', group('')),
  takes(
    'a group that is not there',
    `virtual_server group H {\n${COMPLETE} real_server 10.0.0.2 80 {\n }\n}\n`,
    error('nothing would come of it'),
  ),

  complains('HTTP_GET without url', check('HTTP_GET', '')),
  complains('url without path', check('HTTP_GET', 'url {\n}')),
  takes('a url on one line', check('HTTP_GET', 'url { path / }')),
  takes('status codes and ranges', url('status_code 200 302 500-503')),
  complains('status code 99', url('status_code 99')),
  complains('a range of status codes backwards', url('status_code 300-200')),
  complains('a digest that is too short', url('digest abc')),
  complains('a digest with other letters', url(`digest ${'z'.repeat(32)}`)),
  takes(
    'a pattern that is none',
    url('regex "("'),
    error('keepalived makes no test then, and the server passes as up'),
  ),
  takes(
    'an option of a pattern that is none',
    url('regex_options caselesss'),
    warning('keepalived passes it over without a word'),
  ),
  complains('HTTP/2', check('HTTP_GET', 'http_protocol 2\nurl { path / }')),
  complains('nb_get_retry', check('HTTP_GET', 'nb_get_retry 3\nurl { path / }')),
  complains('tls_compliant of later versions', url('tls_compliant'), nothing('keepalived 2.3 knows it')),
  takes('hosts of SMTP_CHECK', check('SMTP_CHECK', 'host {\nconnect_ip 10.0.0.5\n}')),
  complains('DNS_CHECK for PTR', check('DNS_CHECK', 'type PTR')),
  takes('DNS_CHECK with type and name', check('DNS_CHECK', 'type AAAA\nname example.org')),
  takes('hexadecimal with lone digits', check('UDP_CHECK', 'payload 0123 4 56\nrequire_reply 0x')),
  complains('a byte ff', check('UDP_CHECK', 'payload ff'), nothing('it is a byte like any other')),
  complains('hexadecimal with other letters', check('UDP_CHECK', 'payload 0g')),
  complains('a reply longer than UDP', check('UDP_CHECK', 'max_reply_length 70000')),
  complains('MISC_CHECK without misc_path', check('MISC_CHECK', '')),
  complains('misc_timeout with decimals', check('MISC_CHECK', 'misc_path /bin/true\nmisc_timeout 0.5')),
  complains('a command whose quote is not closed', check('MISC_CHECK', 'misc_path "/bin/true a')),
  takes(
    'a command with arguments outside its quotes',
    real('notify_up /nowhere/x -a'),
    warning('-a is read as a user'),
  ),
  complains('FILE_CHECK of a file that is not there', check('FILE_CHECK', 'track_file x')),
  complains('connect_timeout in MISC_CHECK', check('MISC_CHECK', 'misc_path /bin/true\nconnect_timeout 3')),

  takes('the type of DNS_CHECK in small letters', check('DNS_CHECK', 'type mx')),
  complains('a reply that cannot be long enough', check('UDP_CHECK', 'min_reply_length 5\nmax_reply_length 3')),
  complains('a source address that is none', check('TCP_CHECK', 'bindto 10.0.0.300')),
  complains('a link-local address without its interface', check('TCP_CHECK', 'connect_ip fe80::1')),
  takes('a plus before a number', real('weight +1')),
  takes('a number in quotes', real('weight "1"')),
  takes('a real_server without a port', virtual('real_server 10.0.0.3 {\n}')),
  takes('mark 0 in a group', 'virtual_server_group G {\nfwmark 0\n}\n', error('packets without a mark have mark 0')),
  takes('status_code without a code', url('status_code'), error('no status would be right')),
  takes(
    'a large net in IPv4',
    'virtual_server_group G {\n10.0.0.0/8 80\n}\n',
    error('it stands for 16 million services'),
  ),
  takes('timeouts of the kernel', globals('lvs_timeouts tcp 10 udp 5')),
  complains('a timeout of nothing', globals('lvs_timeouts icmp 1')),
  complains('a relay with the name of a port', globals('smtp_server 10.0.0.1 smtp')),
  complains('smtp_connect_timeout with decimals', globals('smtp_connect_timeout 1.5')),
  complains('startup_script_timeout of more than 1000 s', globals('startup_script_timeout 1001')),
  complains('a group of the sync daemon that is no multicast', globals('lvs_sync_daemon eth0 group 10.0.0.1')),
  complains('a track_file with a large weight', 'track_file t {\nfile /run/t\nweight 300\n}\n'),
  takes('a track_file with all words', 'track_file t {\nfile /nowhere/t\nweight 1 reverse\ninit_file 5 overwrite\n}\n'),

  takes('a definition', '$P=80\n$N=x\nglobal_defs {\n router_id $N\n}\n'),
  takes('a definition that is not there', globals('router_id $N')),
  takes('a loop over numbers', '~SEQ(N, 1, 3) virtual_server_group G$N { 10.0.0.3 $N }\n'),
  complains('a loop without end', '~SEQ(N, 1, -1, 3) x\n'),
  takes('a line for another host', '@elsewhere nonsense\nglobal_defs {\n router_id x\n}\n'),
  complains('a line for this host', '@host1 nonsense\n'),
  takes(
    'an include of nothing',
    'include nowhere.conf\nglobal_defs {\n router_id x\n}\n',
    warning('what was in it is missing'),
  ),
  complains('an includem of nothing', 'includem nowhere.conf\n'),
  takes('an include with a wildcard of nothing', 'include nowhere*.conf\nglobal_defs {\n router_id x\n}\n'),
  complains('include without a file', 'include\n'),
  complains('a mistyped word of vrrp_script', 'vrrp_script s {\n script /bin/true\n intervall 2\n}\n'),
]
