/** Values below /proc/sys. Nothing is written here, ever. */
import { readFileSync } from 'node:fs'

/** The text of one, without its line end; `null` where it is absent or may not be read. */
export function readSysctl(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}
