import { Browser } from './browser.js';
import { breath, Load } from './load.js';

/** How many requests one browser makes between its login and its logout, these included. */
const ROUND = 10;

/**
 * Browsers that log in, write, and log out, over and over, and what they were told: whatever was confirmed has to hold afterwards.
 * For RaceController.
 */
export class LoginsLoad extends Load {
  /** What each browser that is logged in has been told was written last; 0 for the login itself. */
  readonly confirmed = new Map<Browser, number>();
  /** Cookies of sessions whose logout was confirmed. */
  readonly ended: string[] = [];
  /** Sessions whose login was confirmed, by browser. */
  logins = 0;

  constructor(origin: string | (() => string), width: number) {
    super(typeof origin === 'string' ? origin : origin(), width, async (browser, turn) => {
      await breath();
      if (typeof origin !== 'string') browser.origin = origin();
      const step = turn % ROUND;
      if (step === 1) {
        const answer = await browser.post('/login');
        if (answer.status !== 201) return answer;
        this.logins++;
        this.confirmed.set(browser, 0);
        return answer;
      }
      if (step === 0) {
        const { cookie = '' } = browser;
        this.confirmed.delete(browser);
        const answer = await browser.post('/logout');
        if (answer.status === 201) this.ended.push(cookie);
        return answer;
      }
      const answer = await browser.post(`/set?key=n&value=${turn}`);
      if (answer.status === 201 && this.confirmed.has(browser)) this.confirmed.set(browser, turn);
      return answer;
    });
  }

  /** What was confirmed and does not hold: sessions that are gone or hold something older, and such as are there after their logout. */
  async broken(origin: string): Promise<{ lost: number; revived: number }> {
    let [lost, revived] = [0, 0];
    for (const [browser, turn] of this.confirmed) {
      const { json } = await browser.get('/who');
      if (typeof json.userId !== 'string' || (turn > 0 && !(Number(json.n) >= turn))) lost++;
    }
    const gone = new Browser(origin);
    for (const cookie of this.ended) {
      gone.cookie = cookie;
      const { status, json } = await gone.get('/data');
      if (status !== 200 || Object.keys(json).length > 0) revived++;
    }
    return { lost, revived };
  }
}
