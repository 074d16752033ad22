document.title = 'Relay';
