/** Places where a handler waits until the test lets it go on: races without sleeping. */
export class Gates {
  private readonly gates = new Map<
    string,
    { waiting: number; open: boolean; listeners: (() => void)[]; release: (() => void)[] }
  >();

  /** Called by a handler: waits until the gate is opened. */
  async pass(name: string): Promise<void> {
    const gate = this.gate(name);
    gate.waiting++;
    for (const listener of gate.listeners) listener();
    if (!gate.open) await new Promise<void>((resolve) => gate.release.push(resolve));
  }

  /** Resolves when that many handlers wait at the gate. */
  reached(name: string, count = 1): Promise<void> {
    const gate = this.gate(name);
    return new Promise((resolve) => {
      const look = (): void => {
        if (gate.waiting >= count) resolve();
      };
      gate.listeners.push(look);
      look();
    });
  }

  /** Lets everybody pass from now on. */
  open(name: string): void {
    const gate = this.gate(name);
    gate.open = true;
    for (const release of gate.release.splice(0)) release();
  }

  private gate(name: string) {
    const found = this.gates.get(name) ?? { waiting: 0, open: false, listeners: [], release: [] };
    this.gates.set(name, found);
    return found;
  }
}
