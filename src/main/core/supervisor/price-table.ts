import path from 'node:path';
import type { RpcOutput } from '#shared/rpc.ts';
import type { Usage } from '#shared/usage.ts';
import { findInstallation } from '../installation.ts';
import type { SettingsStore } from '../settings/settings.ts';
import { costUsd, loadPrices, modelLimits } from './prices.ts';

/** The shipped prices with the owner's own laid over them; follows the settings. */
export function createPriceTable(settings: SettingsStore) {
  const file = path.join(findInstallation().root, 'resources', 'prices.json');
  let loaded = loadPrices(file, settings.current().prices);
  settings.onChange((change) => {
    if (change.settings.includes('prices')) loaded = loadPrices(file, settings.current().prices);
  });
  return {
    price(model: string, usage: Usage) {
      const cost = costUsd(usage, model, loaded.prices);
      return cost.known
        ? { costUsd: cost.usd, savedByCacheUsd: cost.savedByCacheUsd }
        : { costUsd: null, savedByCacheUsd: 0 };
    },
    mostTokens: (model: string) => modelLimits(model, loaded.prices)?.maxOutputTokens,
    /** Every model with its price, for the owner to see. */
    list: (): RpcOutput<'prices.list'> => ({
      date: loaded.prices.date,
      models: [...loaded.prices.models].map(([model, price]) => {
        const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, above = null } = price;
        return { model, input, output, cacheRead, cacheWrite5m, cacheWrite1h, above };
      }),
    }),
    problems: (): readonly string[] => loaded.problems,
  };
}
