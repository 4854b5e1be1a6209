/** Photos of a phone are larger than a message needs: they are made smaller before they go. */

/** Beyond this a photo is not even opened: the memory of a phone has an end. */
const LARGEST = 50 * 1024 * 1024;
const LONGEST_SIDE = 2_560;
const QUALITY = 0.85;
const PHOTO = /^image\/(jpeg|png|webp)$/;

export const shrinks = ({ type, size }: Pick<File, "type" | "size">): boolean => PHOTO.test(type) && size <= LARGEST;

/** The photo as a JPEG. Raises, or answers null, where this browser cannot open it. */
export async function smaller(photo: File): Promise<File | null> {
  const picture = await createImageBitmap(photo);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const paper = canvas.getContext("2d")!;
  paper.fillStyle = "#fff"; // a JPEG is not transparent: what was would be black
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return made && new File([made], photo.name.replace(/(\.\w+)?$/, ".jpg"), { type: made.type });
}
