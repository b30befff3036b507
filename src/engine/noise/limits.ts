/** What keeps grouping, digests and rates bounded, whatever a configuration asks for and whatever comes. */
import { hours, seconds } from '../../model/units.ts'

/** Messages that one message tells of each by itself; the rest is counted, and named in the entry `batch`. */
export const MEMBERS_KEPT = 100
/** Of each of them: hosts, and characters of its summary and of a host's reason. A combined message is read, not processed. */
export const MEMBER_HOSTS = 10
export const MEMBER_SUMMARY = 400
export const MEMBER_REASON = 200
/** Hosts, failing hosts, pools, and others who are told, of all members together. */
export const UNITED = 50
/** Services that a summary names for each standing; the rest is counted. */
export const NAMED = 5
/** Characters of the detail, which lists the members for ways of telling that know of no members. */
export const DETAIL_KEPT = 16_384
/** Characters of what the messages of a group have in common, in a hold's name. */
export const GROUP_NAME = 200

/** Times that are remembered for each channel: a digest or a rate that counts further counts as this many. */
export const TIMES_KEPT = 10_000
/** No digest and no rate counts over a longer or a shorter time than these. */
export const LONGEST_WINDOW = hours(24)
export const SHORTEST_WINDOW = seconds(1)
