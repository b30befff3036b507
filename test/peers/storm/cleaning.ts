/** What a helper needs of a test, or of whatever else starts it: a way to end what it started. */
export interface Cleaning {
  after(callback: () => unknown): void
}
