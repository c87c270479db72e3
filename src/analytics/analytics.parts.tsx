interface ChartProps {
  /** Id of the table that has the figures. */
  of: string;
  /** Which column of it, from 0 on; the first one names the rows. */
  column: number;
  /** `bars` lie on their sides, a row each. */
  kind: 'area' | 'bar' | 'bars';
  label: string;
  /** How many rows `bars` needs room for. */
  rows?: number;
}

/** A place for a picture of a table's column; analytics.js draws it. Without JavaScript it stays hidden, and the table says it all. */
export function Chart({ of, column, kind, label, rows = 0 }: ChartProps) {
  return (
    <figure class="plot" hidden>
      <figcaption>{label}</figcaption>
      <div class={rows > 6 ? 'chart tall' : 'chart'}>
        <canvas
          role="img"
          aria-label={`${label}, as a chart. The same figures are in the table that follows.`}
          data-of={of}
          data-column={column}
          data-kind={kind}
        />
      </div>
    </figure>
  );
}

interface FiguresProps {
  id: string;
  head: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly string[])[];
}

/** The figures of a chart. Open where nothing draws the chart. */
export function Figures({ id, head, rows }: FiguresProps) {
  const [first, ...others] = head;
  return (
    <details class="figures" open>
      <summary>Figures</summary>
      <div class="scroll" tabindex={0} role="group" aria-label={`Figures by ${first!.toLowerCase()}`}>
        <table id={id}>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {others.map((name) => (
                <th scope="col" class="amount" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...amounts]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {amounts.map((amount, at) => (
                  <td class="amount" key={at}>
                    {amount}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
