import { Suspense } from 'react';
import { later } from '../components/later.tsx';
import { useView } from '../state/context.ts';

const KeysSheet = later(async () => (await import('../features/keys/keys-sheet.tsx')).KeysSheet);
const Palette = later(async () => (await import('../features/palette/palette.tsx')).Palette);
const Receipt = later(async () => (await import('../features/receipt/receipt.tsx')).Receipt);
const Search = later(async () => (await import('../features/search/search.tsx')).Search);

/** The layer above the window, where one is open. */
export function Dialogs() {
  return (
    <Suspense fallback={null}>
      <OpenDialog />
    </Suspense>
  );
}

function OpenDialog() {
  const dialog = useView((state) => state.dialog);
  switch (dialog?.kind) {
    case 'palette':
      return <Palette />;
    case 'keys':
      return <KeysSheet />;
    case 'search':
      return <Search />;
    case 'receipt':
      return <Receipt exchangeId={dialog.exchangeId} />;
    case undefined:
      return null;
  }
}
