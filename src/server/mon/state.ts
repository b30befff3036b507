/** Commands about the daemon as a whole: its clock, its state files, its configuration, its end. */

import { localStamp } from '../../model/local-stamp.ts'
import { serverTimeLine } from '../../wire/mon/lists.ts'
import { splitArguments } from '../../wire/mon/request.ts'
import { say, show } from './reply.ts'
import type { Answering } from './session.ts'

export const servertime: Answering = (_rest, { daemon }) => {
  const at = daemon.now().wall
  return show([serverTimeLine(at, localStamp(at))], '220 servertime completed')
}

/** Both words may stand anywhere in the text, `stopped` in any case. */
export const reset: Answering = async (rest, { daemon }) => {
  const name = `${daemon.pid}@${daemon.hostname}`
  const done = await daemon.reset({ stopped: /stopped/i.test(rest), keepstate: rest.includes('keepstate') })
  return say(done ? `220 reset PID ${name}` : `520 reset PID ${name} failed, error in config file`)
}

/** Words in front of an unknown one are obeyed. */
export const reload: Answering = async (rest, { daemon }) => {
  for (const word of words(rest)) {
    if (word !== 'auth') return say('520 unknown reload command')
    await daemon.reloadAuth()
  }
  return say('220 reload completed')
}

export const savestate: Answering = async (rest, { daemon }) => {
  const what = words(rest)
  if (what.length === 0) return say('520 savestate error, arguments required')
  // mon says 220 whatever became of it; nobody should stop a daemon on the word of a file that is not there.
  return say((await daemon.saveState(what)) ? '220 savestate completed' : '520 savestate error, not written')
}

export const loadstate: Answering = async (rest, { daemon }) => {
  await daemon.loadState(words(rest))
  return say('220 loadstate completed')
}

export const term: Answering = () => ({ ...say('220 terminating server'), end: 'terminate' })

/** Each once: a line has room for thousands. */
const words = (rest: string): readonly string[] => [...new Set(splitArguments(rest))]
