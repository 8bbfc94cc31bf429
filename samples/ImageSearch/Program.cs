using System.Numerics.Tensors;
using ImageSearch;

string folder = args.Length > 0 ? args[0] : Path.Combine(AppContext.BaseDirectory, "pictures");
string sheet = Path.GetFullPath(args.Length > 1 ? args[1] : Path.Combine(AppContext.BaseDirectory, "contact-sheet.png"));
string[] files = Directory.Exists(folder)
    ? [.. Directory.EnumerateFiles(folder).Where(Picture.IsPicture).Order(StringComparer.Ordinal)]
    : [];
if (files.Length < 2)
{
    Console.Error.WriteLine($"Usage: ImageSearch [FOLDER [SHEET.png]]. {folder} has fewer than two JPEG or PNG files.");
    return 2;
}

using var features = new ImageFeatures();
Console.WriteLine($"{files.Length} pictures, {ImageFeatures.Info.ModelFile} ({ImageFeatures.Info.Quantization}) on {features.ExecutionProvider}");

// One vector of 512 numbers per picture: what the network sees in it.
var vectors = new float[files.Length][];
var image = new float[ImageFeatures.Inputs.Image.Length];
for (int i = 0; i < files.Length; i++)
{
    using var picture = Picture.Load(files[i]);
    ImageFeatures.Inputs.Image.Write(picture.Pixels, picture.Width, picture.Height, picture.Stride, Picture.Format, image);
    vectors[i] = features.Run(image);
}

// Pictures that look alike have vectors that point the same way.
Neighbor[][] nearest = [.. files.Select((_, i) => files
    .Select((file, j) => new Neighbor(file, TensorPrimitives.CosineSimilarity(vectors[i], vectors[j])))
    .Where((_, j) => j != i)
    .OrderByDescending(n => n.Similarity)
    .Take(3)
    .ToArray())];

Console.WriteLine();
int width = files.Max(f => Path.GetFileNameWithoutExtension(f).Length);
Console.WriteLine($"{"picture".PadRight(width)}   nearest");
for (int i = 0; i < files.Length; i++)
{
    IEnumerable<string> cells = nearest[i].Select(n => $"{n.Similarity:0.000} {Path.GetFileNameWithoutExtension(n.File).PadRight(width)}");
    Console.WriteLine($"{Path.GetFileNameWithoutExtension(files[i]).PadRight(width)}   {string.Join("   ", cells).TrimEnd()}");
}

ContactSheet.Save(sheet, files, nearest);
Console.WriteLine();
Console.WriteLine($"Contact sheet: {sheet}");
return 0;
