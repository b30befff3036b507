#!/usr/bin/env node
/** The executable: hands over to the built program, or says how to build it. */
import { existsSync } from 'node:fs'
import { tooOld } from '../scripts/node-version.mjs'

const program = new URL('../dist/src/main.js', import.meta.url)
const reason = existsSync(program)
  ? tooOld()
  : 'upalert is not built yet. In its directory run: npm run build (npm start and npm test do so by themselves).'

if (reason === null) await import(program.href)
else {
  console.error(reason)
  process.exitCode = 1
}
