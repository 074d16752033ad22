import { join } from 'node:path';
import { findInstallation } from '#core/installation.ts';
import { loadPrices, priceOf } from '#core/supervisor/prices.ts';
import type { Settings } from '#shared/settings.ts';
import { type Check, fault, note } from './check.ts';

/**
 * Models that are chosen and have no price, so that no budget can hold for them, or no future.
 * @param today local date, YYYY-MM-DD
 */
export function checkModels({ supervisor, prices }: Settings, today: string): Check[] {
  const file = join(findInstallation().resourcesDir, 'prices.json');
  const table = loadPrices(file, prices).prices;
  const chosen = new Map([
    [supervisor.summaryModel, 'supervisor.summaryModel'],
    [supervisor.model, 'supervisor.model'],
  ]);
  return [...chosen].flatMap(([model, key]): Check[] => {
    const price = priceOf(model, table);
    if (price === undefined) {
      const words = `There is no price for ${model} (${key}): its calls count as $0.00, and no budget holds for them.`;
      return [note('model', `${words} Put one under prices in config.yaml.`)];
    }
    const { endOfLife } = price;
    if (endOfLife === undefined) return [];
    const isOver = endOfLife <= today;
    const words = `${model} (${key}) ${isOver ? 'is gone since' : 'ends on'} ${endOfLife}. Choose another model.`;
    return [isOver ? fault('model', words) : note('model', words)];
  });
}
