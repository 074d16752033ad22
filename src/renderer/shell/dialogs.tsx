import { Suspense } from 'react';
import { later } from '../components/later.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { Search } from '../features/search/search.tsx';
import { useView } from '../state/context.ts';

// Palette and search are there from the first moment: what is typed behind their key must find its
// field.
const KeysSheet = later(async () => (await import('../features/keys/keys-sheet.tsx')).KeysSheet);
const Receipt = later(async () => (await import('../features/receipt/receipt.tsx')).Receipt);

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
