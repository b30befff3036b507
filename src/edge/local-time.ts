/** Instants as people at this machine say them; the only reader of its time zone for mail and pages. */
import type { WallTime } from '../model/units.ts'
import type { LocalTime } from '../wire/mail/alert-view.ts'

/** `2026-03-29 14:02:11 Europe/Berlin (UTC+02:00)`: the offset says which of two equal hours in autumn it was. */
export const localTime: LocalTime = {
  full(at: WallTime): string {
    const date = new Date(at)
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    return `${day} ${hoursMinutes(date)}:${two(date.getSeconds())} ${zone()} (${offset(date)})`
  },
  clock: (at: WallTime): string => hoursMinutes(new Date(at)),
}

const hoursMinutes = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`

const zone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone

function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const two = (n: number): string => String(n).padStart(2, '0')
