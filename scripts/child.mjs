/** Runs a program to its end. It does not outlive us: when this process exits, it is told to. */
import { spawn } from 'node:child_process'

/** Of what a program prints, the last so many characters are kept. */
const OUTPUT_LIMIT = 16_384

/** `code` is the exit status, or the name of the signal that ended it; `output` is empty unless stdio asks for pipes. */
export function ended(program, args, options) {
  const child = spawn(program, args, options)
  const stop = () => child.kill()
  process.once('exit', stop)
  return new Promise((resolve, reject) => {
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_LIMIT)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('exit', stop)
      resolve({ code: code ?? signal, output })
    })
  })
}
