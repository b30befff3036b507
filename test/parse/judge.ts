/** What holds for every input: a Model or a Problem, each problem with a place in the file. */
import assert from 'node:assert/strict'
import { parseMon } from '../../src/parse/mon.ts'
import { formatProblems, type Problem, recordOf } from '../../src/parse/problem.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { resolveText, world } from './world.ts'

export function assertJudged({
  model,
  problems,
}: {
  readonly model: unknown
  readonly problems: readonly Problem[]
}): void {
  const failed = problems.some(({ severity }) => severity === 'error')
  assert.equal(model === null, failed)
  for (const problem of problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1)
    assert.ok(problem.span.start <= problem.span.end && problem.span.end <= problem.span.source.text.length)
  }
  formatProblems(problems)
}

/** With quirks and without. */
export function judge(text: string): void {
  assertJudged(resolveText(text))
  assertJudged(resolve(parseMon({ file: 'mon.cf', text }, [], { wanted: 'mon-1.3' }), world))
}

/** A file with most of the words. */
export const good =
  'router_id = "LVS "\nipvs_timeouts = 900 0 300\nnotify_fifo = /a user u reader_user r reader /b c\ncallback = /a "b c"\nundelivered = to a\npage_listen = 127.0.0.1:1\npage_url = https://a/b\nlist_id = a.b\ndkim = a.b c d\n' +
  'webhook_allow = 10.0.0.0/8 fd00::/8\nkeep_history = 9d\nmailserver = smtp://a smtps://b:1\ntemplates = t\n' +
  'receiver a\n  alert mail a@b\n  alert mail c@d\n  second 5m pager 1\n  group_wait 10s\n  group_by host\n' +
  '  digest 10 1m\n  rate 20 10m\n\nmaintenance m\n  cover web net/tcp virtual:w *\n  cron "0 2 * * 0"\n' +
  '  timezone Europe/Berlin\n  lasts 2h\n  reason why\n\nreport r\n  cron "0 7 1 * *"\n  span week\n' +
  '  service web/http\n  format html\n  alert mail a@b\n\n' +
  'statedir = var\nclientallow = 10.1.2.\\d+\ndep_behavior = m\nview v web\n  web:http\n\nalias a\n  text\n\n' +
  'hostgroup web 10.1.1.2 10.1.1.3\n\nwatch web\n  service ping\n    interval 1m\n    monitor ping\n' +
  '    traptimeout 5m\n    exclude_hosts 10.1.1.3\n    exclude_period wd {Sun}\n  service http\n' +
  '    interval 1m\n    monitor http -p 80\n    depend SELF:ping && !(web:ping or web:ping)\n    hostdepend web:ping\n' +
  '    period P: wd {Mon-Fri} hr {9-17}\n      alert mail a@b\n      alertevery 1h\n      alert exit=1-2 to a\n      escalate 15m to a\n\nvirtual w\n  address 192.0.2.1:80\n' +
  '  address 192.0.2.1:443\n  quorum 2\n  hysteresis 1\n  initial wait 5s\n  slow_start 5s\n  doubling 32 20s\n  load_feedback 20s\n  on_stop drain\n  omega yes\n  keepalived_name "a b"\n  realalert mail a@b\n  persistence 300 netmask 24\n' +
  '  sorry 192.0.2.9:80 forward tun tunnel gue tunnel_port 60 inhibit\n  alert mail a@b\n  ha_suspend yes\n' +
  '  real 10.1.1.2 weight 1 initial wait/5s check web/http check net/tcp via vip\n  realupalert to a\n  real @web:81 port_follows advice web/http backup\n\n' +
  'hostgroup "net" h1\n\nwatch net\n  service tcp\n    interval 1m\n    fall 2\n    retry_interval 1s\n    monitor tcp -p 80\n' +
  '    retries_while_down yes\n    log_failures\n    warmup 0s\n    only_with 192.0.2.1\n    mail_words TCP_CHECK\n'
