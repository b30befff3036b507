/**
 * Waits for each host's POP3 greeting and says quit; nobody logs in.
 * Up: it answered +OK to both. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's pop3.monitor (-p, -t; its conversation and first line); RFC 1939.
 */
import { greetingMonitor } from '../src/edge/probe/greeting-monitor.ts'
import { pop3Conversation } from '../src/wire/talk/pop3.ts'

export const pop3 = greetingMonitor('pop3', { port: 110, seconds: 30 }, pop3Conversation)
