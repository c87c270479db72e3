import { type AccountPanel, accountPanel } from '../pages/account.panel.js';
import { page } from '../pages/page.layout.js';

export function loginPage(panel: AccountPanel): string {
  return page({ title: 'Log in', body: accountPanel(panel) });
}
