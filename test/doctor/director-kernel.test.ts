/** The doctor of a director: one thing wrong with an otherwise sound kernel, and exactly that is found. */
import { seen, unseen } from '../../src/model/facts.ts'
import { changed, dns, judge, nat, server, settings, setup, shop, sound, type Vector, web } from './director.ts'

const vectors: readonly Vector[] = [
  {
    name: 'no IPVS in the kernel, and a module for it',
    setup: nat,
    facts: changed({
      facts: {
        ipvs: absent(),
        modules: new Map([
          ['ip_vs', 'loadable'],
          ['ip_vs_wlc', 'loadable'],
        ]),
      },
    }),
    finds: [['warning', 'ip-vs-module', /no IPVS loaded/, 'modprobe ip_vs']],
  },
  {
    name: 'no IPVS in the kernel, and no module for it',
    setup: nat,
    facts: changed({
      facts: {
        ipvs: absent(),
        modules: new Map([
          ['ip_vs', 'missing'],
          ['ip_vs_wlc', 'loadable'],
        ]),
      },
    }),
    finds: [['error', 'ip-vs-module', /has no module ip_vs/]],
  },
  {
    name: 'a scheduler that the kernel does not have',
    setup: nat,
    facts: changed({
      facts: {
        modules: new Map([
          ['ip_vs', 'loaded'],
          ['ip_vs_wlc', 'missing'],
        ]),
      },
    }),
    finds: [['error', 'scheduler-module', /scheduler wlc of web/]],
  },
  {
    name: 'a scheduler of which nothing can be seen, as in a container',
    setup: nat,
    facts: changed({
      facts: {
        modules: new Map([
          ['ip_vs', 'loaded'],
          ['ip_vs_wlc', 'unknown'],
        ]),
      },
    }),
    finds: [['warning', 'unseen', /scheduler wlc of web could not be judged/]],
  },
  {
    name: 'a persistence engine that the kernel does not have',
    setup: setup({ ...web(server('10.1.1.2')), settings: { ...settings, engine: 'sip' } }),
    facts: changed({
      facts: {
        modules: new Map([
          ['ip_vs', 'loaded'],
          ['ip_vs_wlc', 'loaded'],
          ['ip_vs_pe_sip', 'missing'],
        ]),
      },
    }),
    finds: [['error', 'scheduler-module', /persistence engine sip of web/]],
  },
  {
    name: 'root without CAP_NET_ADMIN, as in a container',
    setup: nat,
    facts: changed({ facts: { capabilities: seen(new Set(['NET_RAW'])) } }),
    finds: [['error', 'cap-net-admin', /neither read nor change/]],
  },
  {
    name: 'an ordinary user is told what a daemon of its could not do',
    setup: { ...nat, pings: true },
    facts: changed({ facts: { uid: 1000, capabilities: seen(new Set<string>()) } }),
    finds: [
      ['warning', 'cap-net-admin', /neither read nor change/],
      ['warning', 'cap-net-raw', /checks with ping cannot send/],
    ],
  },
  {
    name: 'ping without CAP_NET_RAW works where ping_group_range admits it',
    setup: { ...nat, pings: true },
    facts: changed({
      facts: { capabilities: seen(new Set(['NET_ADMIN'])) },
      sysctls: { 'net/ipv4/ping_group_range': '0\t2147483647' },
    }),
    finds: [],
  },
  {
    name: 'UDP with expire_nodest_conn 0',
    setup: dns,
    facts: changed({ sysctls: { 'net/ipv4/vs/expire_nodest_conn': 0 } }),
    finds: [['warning', 'expire-nodest-conn', /of dns is removed.*UDP/, 'sysctl -w net.ipv4.vs.expire_nodest_conn=1']],
  },
  {
    name: 'plain TCP with expire_nodest_conn 0 is only noted',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/expire_nodest_conn': 0 } }),
    finds: [['note', 'expire-nodest-conn', /hang until/, 'sysctl -w net.ipv4.vs.expire_nodest_conn=1']],
  },
  {
    name: 'persistence with both expire switches 0',
    setup: shop,
    facts: changed({ sysctls: { 'net/ipv4/vs/expire_nodest_conn': 0, 'net/ipv4/vs/expire_quiescent_template': 0 } }),
    finds: [
      ['warning', 'expire-nodest-conn', /of shop is removed/, 'sysctl -w net.ipv4.vs.expire_nodest_conn=1'],
      ['warning', 'expire-quiescent-template', /neither drains/, 'sysctl -w net.ipv4.vs.expire_quiescent_template=1'],
    ],
  },
  {
    name: 'a service without persistence does not mind templates',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/expire_quiescent_template': 0 } }),
    finds: [],
  },
  {
    name: 'conn_reuse_mode 0',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/conn_reuse_mode': 0 } }),
    finds: [['warning', 'conn-reuse-mode', /former real server/, 'sysctl -w net.ipv4.vs.conn_reuse_mode=1']],
  },
  {
    name: 'conn_reuse_mode 1 with conntrack before Linux 5.9',
    setup: nat,
    facts: changed({ facts: { release: '5.4.0' }, sysctls: { 'net/ipv4/vs/conntrack': 1 } }),
    finds: [['warning', 'conn-reuse-mode', /waits a second/, 'sysctl -w net.ipv4.vs.conn_reuse_mode=0']],
  },
  {
    name: 'packets dropped all the time',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/drop_packet': 3, 'net/ipv4/vs/drop_entry': 1 } }),
    finds: [['warning', 'drop-packet', /share of all packets/, 'sysctl -w net.ipv4.vs.drop_packet=1']],
  },
  {
    name: 'sloppy_tcp is noted',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/sloppy_tcp': 1 } }),
    finds: [['note', 'sloppy-tcp', /middle of an unknown connection/, 'sysctl -w net.ipv4.vs.sloppy_tcp=0']],
  },
  {
    name: 'NAT with policy routing and no rerouting',
    setup: nat,
    facts: changed({ facts: { extraRules: seen(1) }, sysctls: { 'net/ipv4/vs/snat_reroute': 0 } }),
    finds: [['warning', 'snat-reroute', /policy routing/, 'sysctl -w net.ipv4.vs.snat_reroute=1']],
  },
  {
    name: 'switches that are not there',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/expire_nodest_conn': null } }),
    finds: [['warning', 'unseen', /switches of net\.ipv4\.vs could not be judged/]],
  },
  {
    name: 'a full table of tracked connections',
    setup: nat,
    facts: changed({ sysctls: { 'net/ipv4/vs/conntrack': 1, 'net/netfilter/nf_conntrack_count': 950 } }),
    finds: [['warning', 'conntrack-full', /950 of 1000/, 'sysctl -w net.netfilter.nf_conntrack_max=4000']],
  },
  {
    name: 'a crowded connection table',
    setup: nat,
    facts: changed({ facts: { ipvs: { present: true, connections: seen(1_000_000), tableBits: seen(12) } } }),
    finds: [['note', 'conn-tab-bits', /1000000 connections share a table of 4096 buckets/]],
  },
  {
    name: 'a configuration without virtual servers',
    setup: setup(),
    facts: sound,
    finds: [['note', 'no-virtual-server', /nothing of LVS/]],
  },
]

function absent() {
  return { present: false, connections: unseen<number>('not there'), tableBits: unseen<number>('not there') }
}

judge(vectors)
