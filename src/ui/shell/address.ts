/** The whole address of a place in this lab, for a link to share. */
export async function addressOf(hash: string | Promise<string>): Promise<string> {
  return new URL(await hash, location.href).href;
}
