/** Whether a file or a directory is there for this user, to read or to run. */
import { accessSync, constants, statSync } from 'node:fs'

export const isReadable = (path: string): boolean => isFileFor(path, constants.R_OK)
export const isProgram = (path: string): boolean => isFileFor(path, constants.X_OK)

export function isDirectory(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK)
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function isFileFor(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
