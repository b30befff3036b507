/** Six hexadecimal digits that stand for a text in a name. */
import { fraction } from '../../model/fraction.ts'

/** Sixteen million of them: two questions of one kind that share one are not to be expected in a real server. */
export const shortName = (text: string): string =>
  Math.floor(fraction(text) * 0x100_0000)
    .toString(16)
    .padStart(6, '0')
