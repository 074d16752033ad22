import { KeysSheet } from '../features/keys/keys-sheet.tsx';
import { Palette } from '../features/palette/palette.tsx';
import { Receipt } from '../features/receipt/receipt.tsx';
import { Search } from '../features/search/search.tsx';
import { useView } from '../state/context.ts';

/** The layer above the window, where one is open. */
export function Dialogs() {
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
