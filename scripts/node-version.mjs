/**
 * Is this Node new enough? Read by everything that starts before the build, so it is written in the JavaScript of
 * Node 14: an old Node must get as far as the sentence.
 */
import { readFileSync } from 'node:fs'

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The sentence for the operator, or `null` where this Node will do. */
export function tooOld(version = process.versions.node) {
  const needed = engines.node.replace('>=', '')
  const [major, minor] = needed.split('.').map(Number)
  const [haveMajor, haveMinor] = version.split('.').map(Number)
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return null
  return `upalert needs Node.js ${needed} or newer, and this is ${version} (${process.execPath}): install a newer one.`
}
