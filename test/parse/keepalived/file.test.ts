/** What the words of keepalived.conf become. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Checker, KeepalivedFile } from '../../../src/parse/keepalived/file.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { formatProblems } from '../../../src/parse/problem.ts'

function read(text: string): KeepalivedFile {
  const file = parseKeepalived({ file: 'keepalived.conf', text }, { id: 'host1' })
  assert.equal(formatProblems(file.problems.filter(({ code }) => code !== 'not-honoured')), '')
  return file
}

/** The settings without their places. */
const plain = (settings: Readonly<Record<string, { readonly value: unknown } | undefined>>) =>
  Object.fromEntries(Object.entries(settings).map(([name, setting]) => [name, setting?.value]))

const HEAD = 'virtual_server 192.0.2.10 80 {\n protocol TCP\n lvs_sched rr\n lvs_method NAT\n'

function checkersIn(words: string): readonly Checker[] {
  const file = read(`${HEAD} real_server 10.1.1.2 80 {\n${words}\n }\n}\ntrack_file load {\n file /run/load\n}\n`)
  return file.virtualServers[0]?.realServers[0]?.checkers ?? []
}

test('a virtual server with every word', () => {
  const file = read(`virtual_server 2001:DB8:0::1 443 {
    delay_loop 0.25
    lb_algo mh
    mh-port
    mh-fallback
    flag-1
    lb_kind TUN type gue port 5555 csum
    persistence_timeout
    persistence_granularity 64
    persistence_engine sip
    protocol udp
    ops
    ip_family inet6
    virtualhost www.example.org
    alpha
    omega
    quorum 3
    hysteresis 1
    quorum_up "/opt/up 'a b' c" root wheel
    quorum_down /opt/down
    sorry_server 10.9.9.9
    sorry_server_inhibit
    sorry_server_lvs_method DR
    ha_suspend
    smtp_alert off
    weight 5
    inhibit_on_failure
    connect_timeout 4
    retry 2
    delay_before_retry 0
    warmup 1.5
    real_server 2001:db8::2 8443 {
        weight 0
        lvs_method DR
        uthreshold 100
        lthreshold 50
        inhibit_on_failure no
        notify_up /opt/up
        notify_down "/opt/down x"
        smtp_alert
        virtualhost a.example.org
        alpha
    }
    real_server 10.1.1.3 {
    }
}
`)
  const [server] = file.virtualServers
  assert.deepEqual(plain(server?.settings ?? {}), {
    delay_loop: 250,
    lvs_sched: 'mh',
    'mh-port': true,
    'mh-fallback': true,
    'flag-1': true,
    lvs_method: { method: 'TUN', tunnel: { type: 'gue', port: 5555, checksum: 'csum' } },
    persistence_timeout: 360,
    persistence_granularity: { family: 6, prefix: 64 },
    persistence_engine: 'sip',
    protocol: 'UDP',
    ops: true,
    ip_family: 'inet6',
    virtualhost: 'www.example.org',
    alpha: true,
    omega: true,
    quorum: 3,
    hysteresis: 1,
    quorum_up: { argv: ['/opt/up', 'a b', 'c'], user: 'root', group: 'wheel' },
    quorum_down: { argv: ['/opt/down'], user: null, group: null },
    sorry_server: { family: 4, address: '10.9.9.9', port: null },
    sorry_server_inhibit: true,
    sorry_server_lvs_method: { method: 'DR' },
    ha_suspend: true,
    smtp_alert: false,
    weight: 5,
    inhibit_on_failure: true,
    connect_timeout: 4000,
    retry: 2,
    delay_before_retry: 0,
    warmup: 1500,
  })
  assert.ok(server?.of.kind === 'address')
  assert.deepEqual([server.of.family, server.of.address, server.of.port], [6, '2001:db8::1', 443])
  const [real] = server.realServers
  assert.deepEqual([real?.address, real?.port], [{ family: 6, address: '2001:db8::2' }, 8443])
  assert.deepEqual(plain(real?.settings ?? {}), {
    weight: 0,
    lvs_method: { method: 'DR' },
    uthreshold: 100,
    lthreshold: 50,
    inhibit_on_failure: false,
    notify_up: { argv: ['/opt/up'], user: null, group: null },
    notify_down: { argv: ['/opt/down', 'x'], user: null, group: null },
    smtp_alert: true,
    virtualhost: 'a.example.org',
    alpha: true,
  })
})

test('a checker that connects', () => {
  const [tcp] = checkersIn(`TCP_CHECK {
    connect_ip 10.1.1.3
    connect_port 81
    bindto 10.1.1.1
    bind_port 1024
    bind_if eth0
    fwmark 4294967295
    connect_timeout 0.000001
    retry 0
    delay_before_retry 1
    warmup 0
    delay_loop 2
    alpha no
    log_all_failures
  }`)
  assert.deepEqual(plain(tcp?.settings ?? {}), {
    connect_ip: { family: 4, address: '10.1.1.3' },
    connect_port: 81,
    bindto: { family: 4, address: '10.1.1.1' },
    bind_port: 1024,
    bind_if: 'eth0',
    fwmark: 4_294_967_295,
    connect_timeout: 0.001,
    retry: 0,
    delay_before_retry: 1000,
    warmup: 0,
    delay_loop: 2000,
    alpha: false,
    log_all_failures: true,
  })
})

test('pages of HTTP_GET and SSL_GET', () => {
  const [http, ssl] = checkersIn(`HTTP_GET {
    url { path / }
    url {
      path "/a b"
      status_code 200 302 500-503
      digest B93C79708E56FA083317D0B89858FBFC
      virtualhost w.example.org
      regex "a\\\\.b\\x21" 
      regex_no_match
      regex_options caseless dotall
      regex_min_offset 0
      regex_max_offset 100
    }
    http_protocol 1.0C
    virtualhost v.example.org
    fast_recovery
  }
  SSL_GET {
    enable_sni
    url {
      path /s
      username u
      password p
      tls_compliant
    }
  }`)
  assert.ok(http?.kind === 'HTTP_GET' && ssl?.kind === 'SSL_GET')
  assert.deepEqual(plain(http.settings), { http_protocol: '1.0C', virtualhost: 'v.example.org', fast_recovery: true })
  const [first, second] = http.urls.map(({ settings: { regex_options, ...settings } }) => plain(settings))
  assert.deepEqual(first, { path: '/' })
  assert.deepEqual(second, {
    path: '/a b',
    status_code: [
      { first: 200, last: 200 },
      { first: 302, last: 302 },
      { first: 500, last: 503 },
    ],
    digest: 'b93c79708e56fa083317d0b89858fbfc',
    virtualhost: 'w.example.org',
    regex: 'a\\.b!',
    regex_no_match: true,
    regex_min_offset: 0,
    regex_max_offset: 100,
  })
  assert.deepEqual(
    http.urls[1]?.settings.regex_options?.value.map(({ text }) => text),
    ['caseless', 'dotall'],
  )
  assert.deepEqual(plain(ssl.urls[0]?.settings ?? {}), {
    path: '/s',
    username: 'u',
    password: 'p',
    tls_compliant: true,
  })
})

test('the other checkers', () => {
  const found = checkersIn(`SMTP_CHECK {
    helo_name a.example.org
    host { connect_ip 10.1.1.4 }
    host {
      connect_port 587
    }
  }
  DNS_CHECK {
    type MX
    name example.org
  }
  MISC_CHECK {
    misc_path "/opt/check -w 5"
    misc_timeout 10
    misc_dynamic
    user nobody nogroup
  }
  UDP_CHECK {
    payload 0123 4 56
    require_reply 0x xF xx
    min_reply_length 0
    max_reply_length 65535
  }
  PING_CHECK {
  }
  FILE_CHECK {
    track_file load
    weight -2 reverse
  }`)
  const [smtp, dns, misc, udp, ping, file] = found
  assert.deepEqual(plain(smtp?.settings ?? {}), { helo_name: 'a.example.org' })
  assert.ok(smtp?.kind === 'SMTP_CHECK')
  assert.deepEqual(
    smtp.hosts.map(({ settings }) => plain(settings)),
    [{ connect_ip: { family: 4, address: '10.1.1.4' } }, { connect_port: 587 }],
  )
  assert.deepEqual(plain(dns?.settings ?? {}), { type: 'MX', name: 'example.org' })
  assert.deepEqual(plain(misc?.settings ?? {}), {
    misc_path: { argv: ['/opt/check', '-w', '5'], user: null, group: null },
    misc_timeout: 10,
    misc_dynamic: true,
    user: { user: 'nobody', group: 'nogroup' },
  })
  assert.deepEqual(plain(udp?.settings ?? {}), {
    payload: [0x01, 0x23, 0x04, 0x56],
    require_reply: [
      { value: 0x00, mask: 0xf0 },
      { value: 0x0f, mask: 0x0f },
      { value: 0x00, mask: 0x00 },
    ],
    min_reply_length: 0,
    max_reply_length: 65_535,
  })
  assert.deepEqual(plain(ping?.settings ?? {}), {})
  assert.deepEqual(plain(file?.settings ?? {}), { track_file: 'load', weight: { weight: -2, reverse: true } })
})

test('a group of addresses, ranges, nets and marks', () => {
  const { groups, virtualServers } = read(`virtual_server_group G {
    192.0.2.1 80
    192.0.2.4-9
    192.0.2.250-192.0.3.5 80
    192.0.2.33/30 80
    2001:db8::fffe-ffff 80
    fwmark 7 inet6
  }
  virtual_server group G { lvs_sched rr
    lvs_method NAT
    protocol TCP
    real_server 10.1.1.2 80 { }
  }
  `)
  const entries = groups[0]?.entries.map((entry) =>
    entry.kind === 'mark'
      ? `mark ${entry.mark} ${entry.family}`
      : `${entry.first} ${entry.last} ${entry.count} ${entry.port}`,
  )
  assert.deepEqual(entries, [
    '192.0.2.1 192.0.2.1 1 80',
    '192.0.2.4 192.0.2.9 6 null',
    '192.0.2.250 192.0.3.5 12 80',
    '192.0.2.32 192.0.2.35 4 80',
    '2001:db8::fffe 2001:db8::ffff 2 80',
    'mark 7 6',
  ])
  assert.ok(virtualServers[0]?.of.kind === 'group' && virtualServers[0].of.name.text === 'G')
})

test('global_defs, in as many blocks as there are', () => {
  const file = read(`global_defs {
    router_id LVS
    notification_email {
      a@example.org b@example.org
      c@example.org
    }
    smtp_server mail.example.org 587
    smtp_connect_timeout 30
    vrrp_strict
  }
  global_defs {
    lvs_timeouts tcp 10 udp 5
    lvs_sync_daemon eth0 VI_1 id 3 maxlen 1400 port 8848 ttl 2 group 239.0.0.1
    lvs_flush_on_stop VS
    notify_fifo /run/fifo root
    script_user nobody nogroup
    startup_script "/opt/start now"
    reload_check_config
  }
  SSL {
    ca /etc/ca
  }
  `)
  assert.deepEqual(
    file.notificationEmail.map(({ text }) => text),
    ['a@example.org', 'b@example.org', 'c@example.org'],
  )
  assert.deepEqual(
    file.keptGlobals.map(({ keyword }) => keyword.text),
    ['vrrp_strict'],
  )
  assert.deepEqual(plain(file.ssl ?? {}), { ca: '/etc/ca' })
  assert.deepEqual(plain(file.globals), {
    router_id: 'LVS',
    smtp_server: { host: 'mail.example.org', port: 587 },
    smtp_connect_timeout: 30_000,
    lvs_timeouts: { tcp: 10, tcpfin: null, udp: 5 },
    lvs_sync_daemon: {
      ...{ interface: 'eth0', instance: 'VI_1', id: 3, maxlen: 1400, port: 8848, ttl: 2, group: '239.0.0.1' },
    },
    lvs_flush_on_stop: 'services',
    notify_fifo: { path: '/run/fifo', owner: { user: 'root', group: null } },
    script_user: { user: 'nobody', group: 'nogroup' },
    startup_script: { argv: ['/opt/start', 'now'], user: null, group: null },
    reload_check_config: '',
  })
})

test('the blocks of VRRP are kept whole', () => {
  const { kept } = read(`vrrp_sync_group G {
    VI_1
    group { VI_2 }
    notify_master "/opt/x 'a b'"
  }
  vrrp_instance VI_1 {
    state MASTER
    virtual_ipaddress {
      192.0.2.1/24 dev eth0
    }
    authentication { auth_type PASS
      auth_pass "k@l!ve1"
    }
  }
  static_routes { 192.0.2.0/24 via 10.0.0.1 }
  `)
  assert.deepEqual(
    kept.map(({ keyword, words }) => `${keyword.text} ${words[0]?.text ?? ''}`.trim()),
    ['vrrp_sync_group G', 'vrrp_instance VI_1', 'static_routes'],
  )
  const [group, instance] = kept.map(({ block }) => block?.statements ?? [])
  assert.deepEqual(
    group?.map(({ keyword }) => keyword.text),
    ['VI_1', 'group', 'notify_master'],
  )
  assert.equal(group?.[2]?.rest.text, `"/opt/x 'a b'"`)
  const inner = instance?.flatMap(({ block }) => block?.statements ?? []) ?? []
  assert.deepEqual(
    inner.map(({ keyword, words }) => [keyword, ...words].map(({ text }) => text)),
    [
      ['192.0.2.1/24', 'dev', 'eth0'],
      ['auth_type', 'PASS'],
      ['auth_pass', 'k@l!ve1'],
    ],
  )
})
