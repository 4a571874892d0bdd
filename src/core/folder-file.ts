/** The file in a folder where apps are found that says something of its app. */
export const folderFile = 'harbormaster.app.yml';
