/**
 * Waits for each host's SMTP greeting, says HELO and then quit.
 * Up: it answered 220, 250 and 221. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's smtp.monitor (-p, -t; its conversation and first line); RFC 5321.
 */
import { hostname } from 'node:os'
import { greetingMonitor } from '../src/edge/probe/greeting-monitor.ts'
import { smtpConversation } from '../src/wire/talk/smtp.ts'

export const smtp = greetingMonitor('smtp', { port: 25, seconds: 30 }, () => smtpConversation(hostname()))
