import type { Frames } from './tab.ts';

/** As much of a frame as Playwright and Puppeteer have in common. */
interface FrameLike<Frame> {
  waitForSelector(selector: string): Promise<{ contentFrame(): Promise<Frame | null> } | null>;
}

/** The frame that lies in others, the outermost selector first. */
export async function frameWithin<Frame extends FrameLike<Frame>>(top: Frame, frames: Frames): Promise<Frame> {
  let at = top;
  for (const selector of frames) {
    const inner = await (await at.waitForSelector(selector))?.contentFrame();
    if (!inner) throw new Error(`${selector} is not a frame.`);
    at = inner;
  }
  return at;
}
