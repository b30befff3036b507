#!/usr/bin/env node
/** The executable: hands over to the built program, or says how to build it. */
import { existsSync } from 'node:fs'
import { tooOld } from '../scripts/node-version.mjs'

const program = new URL('../dist/src/main.js', import.meta.url)
const reason = existsSync(program)
  ? tooOld()
  : 'upalert is not built yet. In its directory run: npm run build (npm start and npm test do so by themselves).'

/** What runs for long takes SIGHUP for a reload; everything else is ended by it, as is usual. */
const heedsHangup = ['run', 'mon', 'start'].includes(process.argv[2])

if (reason === null && heedsHangup) rememberHangup()
if (reason === null) await import(program.href).catch(tellOfDescriptors)
else {
  console.error(reason)
  process.exitCode = 1
}

/**
 * Loading the program takes a second, and a SIGHUP in it would end the daemon that is about to start. It is remembered, and
 * handed on to whoever listens for it first; from then on this listener is gone.
 */
function rememberHangup() {
  let missed = false
  const remember = () => {
    missed = true
  }
  process.on('SIGHUP', remember)
  const handOver = (event) => {
    if (event !== 'SIGHUP') return
    process.off('newListener', handOver)
    // Not before the new one is there: without any listener the signal ends the process.
    process.nextTick(() => {
      process.off('SIGHUP', remember)
      if (missed) process.emit('SIGHUP', 'SIGHUP', 1)
    })
  }
  process.on('newListener', handOver)
}

/** Node opens many of the program's files at once to read them; anything else that is thrown is a mistake of ours. */
function tellOfDescriptors(error) {
  if (error?.code !== 'EMFILE' && error?.code !== 'ENFILE') throw error
  const remedy =
    error.code === 'EMFILE'
      ? 'raise its limit to 1024 or more (ulimit -n, LimitNOFILE)'
      : 'the whole system has too many open; raise fs.file-max, or find the program that holds them'
  console.error(`upalert cannot start, since it may not open all the files it consists of (${error.code}): ${remedy}.`)
  process.exitCode = 1
}
