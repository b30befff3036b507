/** Resolves with the promise, or after so many milliseconds. */
export async function atMost(length: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, length)
  })
  await Promise.race([promise, over])
  clearTimeout(timer)
}
