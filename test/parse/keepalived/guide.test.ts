/**
 * Files of the kind that keepalived's user guide of 2002 shows: a small farm, a farm with VRRP, two directors that back each
 * other up; in its spelling, with its old words. And what scanning does to them: the damage is told with its place, and only
 * that.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProblems, recordOf } from '../../../src/parse/problem.ts'
import { resolved, said } from './world.ts'

const globals = `global_defs {
  notification_email {
    ops@example.com
    4915112345@sms.example.com
  }
  notification_email_from director@example.com
  smtp_server 192.0.2.25
  smtp_connect_timeout 30
  lvs_id LVS_MAIN
}
`

const farm = `! Configuration file for keepalived
${globals}
virtual_server 192.0.2.15 80 {
  delay_loop 30      # seconds
  lb_algo wrr
  lb_kind NAT
  persistence_timeout 50
  protocol TCP
  sorry_server 10.1.1.200 80
  real_server 10.1.1.2 80 {
    weight 2
    HTTP_GET {
      url {
        path /testurl/test.jsp
        digest ec90a42b99ea9a2f5ecbe213ac9eba03
      }
      url {
        path /testurl2/test.jsp
        digest 640205b7b0fc66c1ea91c463fac6334c
      }
      connect_timeout 3
      nb_get_retry 3
      delay_before_retry 2
    }
  }
  real_server 10.1.1.3 80 {
    weight 1
    MISC_CHECK {
      misc_path "/bin/true --host 10.1.1.3"
    }
  }
}
virtual_server 192.0.2.15 443 {
  delay_loop 20
  lb_algo rr
  lb_kind NAT
  persistence_timeout 360
  persistence_granularity 255.255.255.0
  protocol TCP
  real_server 10.1.1.2 443 {
    weight 1
    TCP_CHECK {
      connect_port 8443
      connect_timeout 3
    }
  }
}
`

const instance = (name: string, state: string, at: string, id: number, priority: number) => `
vrrp_instance ${name} {
  state ${state}
  interface ${at}
  lvs_sync_daemon_interface ${at}
  virtual_router_id ${id}
  priority ${priority}
  advert_int 1
  smtp_alert
  authentication {
    auth_type PASS
    auth_pass a-word
  }
  virtual_ipaddress {
    192.0.2.${id}
    192.0.2.${id + 50}
  }
}
`

const group = `
vrrp_sync_group VG1 {
  VI_1
  VI_2
}
`

const files: readonly (readonly [name: string, text: string, virtuals: readonly string[], kept: number])[] = [
  ['a farm', farm, ['192.0.2.15:80', '192.0.2.15:443'], 0],
  [
    'a farm whose addresses VRRP holds',
    `${farm}${instance('VI_1', 'MASTER', 'eth0', 15, 150)}${instance('VI_2', 'MASTER', 'eth1', 60, 150)}${group}`,
    ['192.0.2.15:80', '192.0.2.15:443'],
    3,
  ],
  [
    'two directors that back each other up, without a virtual server',
    `${globals}${instance('VI_1', 'MASTER', 'eth0', 15, 150)}${instance('VI_2', 'MASTER', 'eth1', 60, 150)}${instance('VI_3', 'BACKUP', 'eth0', 17, 100)}${instance('VI_4', 'BACKUP', 'eth1', 62, 100)}${group}${group.replace('VG1', 'VG2').replace('VI_1', 'VI_3').replace('VI_2', 'VI_4')}`,
    [],
    6,
  ],
]
for (const [name, text, virtuals, kept] of files) {
  test(`${name} is read as a whole, without an error`, () => {
    const found = resolved(text)
    const errors = found.problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [], formatProblems(found.problems))
    assert.deepEqual(
      found.virtuals.map((virtual) => virtual.name),
      virtuals,
    )
    assert.equal(found.losses.length, kept, 'blocks of VRRP, each told once')
  })
}

/** `error 16: "lb" is not known in virtual_server; did you mean lb_kind?` of each error. */
const errorsOf = (text: string): readonly string[] =>
  resolved(text)
    .problems.filter(({ severity }) => severity === 'error')
    .map(recordOf)
    .map(({ line, message, hint }) => `${line}: ${message}; ${hint}`)

const damage: readonly (readonly [written: string, scanned: string, told: string])[] = [
  ['lb_kind', 'lb kind', '16: "lb" is not known in virtual_server; did you mean lb_kind?'],
  [
    'virtual_server 192.0.2.15 443',
    'virtual server 192.0.2.15 443',
    '43: "virtual" is not known in the file; did you mean virtual_server?',
  ],
  ['global_defs', 'global defs', '2: "global" is not known in the file; did you mean global_defs?'],
  [
    'real_server 10.1.1.3',
    'real server 10.1.1.3',
    '36: "real" is not known in virtual_server; did you mean real_server?',
  ],
  [
    'persistence_granularity',
    'persistence granularity',
    '48: "persistence" is not known in virtual_server; did you mean persistence_granularity?',
  ],
  ['weight 2', 'weigbt 2', '21: "weigbt" is not known in real_server; did you mean weight?'],
  [
    'delay_loop 20',
    'delay_loop 2O',
    '44: "2O" is no value for delay_loop; delay_loop takes a number of seconds above 0, such as 5 or 0.25',
  ],
  [
    '213ac9eba03',
    '213ac9eba0',
    '25: "ec90a42b99ea9a2f5ecbe213ac9eba0" is no value for digest; digest takes the 32 hexadecimal digits of genhash',
  ],
  [
    '443 {\n  delay_loop',
    '443\n  delay_loop',
    '43: "virtual_server 192.0.2.15" lacks its {; write virtual_server … { and the words, then }',
  ],
]
for (const [written, scanned, told] of damage) {
  test(`"${scanned.replace(/\n\s*/g, ' ')}" for "${written.replace(/\n\s*/g, ' ')}" is the one error, with its line and what was meant`, () => {
    assert.deepEqual(errorsOf(farm.replace(written, scanned)), [told])
  })
}

test('a brace that the scan lost at the end is told at the block that it closed', () => {
  assert.deepEqual(errorsOf(farm.trimEnd().slice(0, -1)), [
    '43: "virtual_server 192.0.2.15" is not closed; the file ends before its }',
  ])
})

test('old words count as what they are called today, and each is told', () => {
  const older = farm
    .replace('smtp_connect_timeout', 'smtp_connection_timeout')
    .replace('lb_kind NAT\n', 'lb_kind NAT\n  nat_mask 255.255.255.0\n')
  assert.deepEqual(said(older), Array(4).fill('warning word-old'))
})

test('comments of both signs stand anywhere, and a brace may be glued to its header', () => {
  const plain = resolved(farm)
  const commented = resolved(
    farm
      .replaceAll(/\n/g, ' ! a word\n# virtual_server 192.0.2.99 80 {\n')
      .replace('192.0.2.15 443 {', '192.0.2.15 443{')
      .replace('10.1.1.3 80 {', '10.1.1.3 80{'),
  )
  assert.deepEqual(errorsOf(farm), [])
  assert.deepEqual(withoutPlaces(commented.virtuals), withoutPlaces(plain.virtuals))
  assert.deepEqual(withoutPlaces(commented.services), withoutPlaces(plain.services))
})

/** The same wherever it stands. */
const withoutPlaces = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (key, one: unknown) => (key === 'place' ? undefined : one)))
