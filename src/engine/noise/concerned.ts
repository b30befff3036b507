/** Which services a message tells of, one by one, and what of each. */
import { type AlertMessage, tellingsOf } from '../../model/alert.ts'

export type Concerned = Pick<AlertMessage, 'key' | 'kind' | 'outage'>

export const concerned = (message: AlertMessage): readonly Concerned[] =>
  message.omittedServices === undefined ? tellingsOf(message) : [...tellingsOf(message), ...message.omittedServices]
