/** What each question is about, in two or three lines. Sources: LVS-HOWTO on LVS-NAT, LVS-DR and LVS-Tun; ipvsadm(8). */

export const WELCOME = `This writes a configuration of upalert by asking a few questions. Enter alone takes the answer
in brackets; ? explains the question again; Ctrl-C ends all, and nothing is written.`

export const NAME = `A name for the service: letters, digits, and _ . - (web, shop-tls). It stands in messages, in
commands and in the file.`

export const ADDRESS = `The virtual address (VIP): what clients connect to. It is on an interface of the director, and
belongs to no real server's own network card.`

export const PORT = 'The port that clients connect to: a number, or a name such as http.'

export const PROTOCOL = 'tcp, udp or sctp.'

export const FORWARD = `How packets get to the real servers, and answers back to clients:
  nat  The director rewrites packets and answers. The default gateway of every real server must
       be the director, and it carries all traffic. Any port, any operating system.
  dr   Direct routing: the director and the real servers are on one segment, answers go straight
       to the client. Each real server has the VIP on lo, with ARP for it suppressed; same port.
  tun  Tunnel: the real servers may be in other networks, answers go straight to the client. Each
       has the VIP on tunl0, with ARP for it suppressed; same port.`

export const REALS: Readonly<Record<'nat' | 'dr' | 'tun', string>> = {
  nat: `The real servers, one a line: ADDRESS, ADDRESS:PORT where it listens on another port, and behind
it a weight (its share of the load, 1 if it is left out): 10.1.1.2:8080 2. An empty line ends them.`,
  dr: `The real servers, one a line: the ADDRESS of its own (not the VIP), and behind it a weight (its share
of the load, 1 if it is left out): 10.1.1.2 2. The port is the VIP's. An empty line ends them.`,
  tun: `The real servers, one a line: the ADDRESS of its own (not the VIP), and behind it a weight (its share
of the load, 1 if it is left out): 10.1.1.2 2. The port is the VIP's. An empty line ends them.`,
}

export const CHECK = `How upalert finds out whether a real server works. The port is the real server's unless you write
another one with -p:
  http /health   asks for a page; https /health over TLS; --status 200, --match WORDS and more
  tcp            the port accepts; ping: the machine answers at all
  smtp, pop3, ftp, nntp, imap, ldap, dns-check, udp, ssl   speak that protocol
  expect --send 'TEXT' --expect 'TEXT'   a conversation of your own
The words are those behind "monitor" in mon.cf, which docs/monitors.md explains.`

export const SCHEDULER = `How connections are shared out: wlc (least connections, by weight), wrr (in turn, by weight), rr and
lc (the same without weights), sh (each client to the same server), and the others of ipvsadm(8).`

export const RECIPIENTS = `Who is told of failures and repairs: mail addresses with blanks between, or none.`

export const RELAY = `The relay that takes these mails: HOST, HOST:PORT, smtp://HOST:PORT or smtps://HOST:PORT; with a
password smtp://USER:PASSWORD@HOST:587.`

export const SENDER = 'Whom the mails are from.'

export const OUTPUT = 'The file that is written. What is there and was edited is not overwritten.'
