/** `track_file` blocks: a file that FILE_CHECKs read has one, with the weight of whoever asked first. */
import { nameOf } from './names.ts'

/** keepalived.conf(5), track_file: a weight is at most so much either way. */
const MOST_WEIGHT = 254

interface TrackFile {
  readonly name: string
  readonly path: string
  readonly weight: number
  readonly reverse: boolean
}

export interface Tracked {
  readonly path: string
  readonly weight: number
  readonly reverse: boolean
}

export class TrackFiles {
  readonly found: TrackFile[] = []
  readonly #names = new Set<string>()

  /** The lines of a FILE_CHECK. */
  linesFor({ path, weight, reverse }: Tracked): string[] {
    const isOwn = (one: TrackFile) => one.path === path && one.weight === weight && one.reverse === reverse
    // A weight of 0 in the check itself counts as none written.
    const known = this.found.find(isOwn) ?? (weight === 0 ? undefined : this.found.find((one) => one.path === path))
    const file = known ?? this.#make({ path, weight, reverse })
    const own = isOwn(file) ? [] : [`weight ${weightText({ weight, reverse })}`]
    return [`track_file ${file.name}`, ...own]
  }

  #make({ path, weight, reverse }: Tracked): TrackFile {
    const fits = Math.abs(weight) <= MOST_WEIGHT
    const file = {
      name: nameOf(path.slice(path.lastIndexOf('/') + 1), 'file', this.#names),
      path,
      ...(fits ? { weight, reverse } : { weight: 1, reverse: false }),
    }
    this.found.push(file)
    return file
  }
}

export const weightText = ({ weight, reverse }: Pick<Tracked, 'weight' | 'reverse'>): string =>
  reverse ? `${weight} reverse` : `${weight}`
