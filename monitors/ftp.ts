/**
 * Waits for each host's FTP greeting, says quit and waits until it closes; nobody logs in.
 * Up: it answered 220 and 221. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's ftp.monitor (-p, -t; its conversation and first line); RFC 959.
 */
import { greetingMonitor } from '../src/edge/probe/greeting-monitor.ts'
import { ftpConversation } from '../src/wire/talk/ftp.ts'

export const ftp = greetingMonitor('ftp', { port: 21, seconds: 30 }, ftpConversation)
