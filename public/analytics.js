// Draws a chart for each table of figures, with Chart.js, which the page loads before. Without JavaScript the tables stand open and say
// the same.

const { Chart } = globalThis;
const dark = matchMedia('(prefers-color-scheme: dark)');
const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
/** @type {any[]} */
let charts = [];

for (const figures of document.querySelectorAll('details.figures')) figures.open = false;
for (const plot of document.querySelectorAll('.plot')) plot.hidden = false;
draw();
dark.addEventListener('change', draw);

function draw() {
  for (const chart of charts) chart.destroy();
  charts = [...document.querySelectorAll('canvas[data-of]')].map(chartOn);
}

function chartOn(canvas) {
  const { of, column, kind } = canvas.dataset;
  const rows = [...document.getElementById(of).tBodies[0].rows];
  const texts = (index) => rows.map((row) => row.cells[index].textContent);
  const isLying = kind === 'bars';
  const { ink, soft, line, accent, tint } = colours();
  const scale = (isAmount) => ({
    beginAtZero: true,
    border: { display: false },
    grid: { display: isAmount, color: line },
    // No half visitors.
    ticks: {
      color: isAmount ? soft : ink,
      precision: 0,
      maxRotation: 0,
      autoSkip: !isLying,
      font: { size: 12 },
    },
  });
  return new Chart(canvas, {
    type: kind === 'area' ? 'line' : 'bar',
    data: {
      labels: texts(0),
      datasets: [
        {
          data: texts(column).map((text) => Number(text.replaceAll(',', ''))),
          borderColor: accent,
          backgroundColor: kind === 'area' ? tint : accent,
          hoverBackgroundColor: accent,
          borderWidth: kind === 'area' ? 2 : 0,
          borderRadius: 4,
          maxBarThickness: isLying ? 22 : 28,
          fill: true,
          tension: 0.3,
          pointRadius: rows.length > 40 ? 0 : 2,
          pointBackgroundColor: accent,
        },
      ],
    },
    options: {
      indexAxis: isLying ? 'y' : 'x',
      maintainAspectRatio: false,
      animation: isStill ? false : { duration: 300 },
      interaction: { mode: 'index', axis: isLying ? 'y' : 'x', intersect: false },
      scales: isLying ? { x: scale(true), y: scale(false) } : { x: scale(false), y: scale(true) },
      plugins: { legend: { display: false }, tooltip: { displayColors: false } },
    },
  });
}

/** The colours of the page as they are now: a custom property alone does not tell which of light and dark it is. */
function colours() {
  const probe = document.createElement('span');
  document.body.append(probe);
  const of = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: of('ink'),
    soft: of('soft'),
    line: of('line'),
    accent: of('accent'),
    tint: of('tint'),
  };
  probe.remove();
  return found;
}
