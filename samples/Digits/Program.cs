using Digits;
using ModelBuild;
using ModelBuild.Images;

string[] files = args.Length > 0 ? args : [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "drawings")).Order(StringComparer.Ordinal)];
using var reader = new DigitReader();
var image = new float[DigitReader.Inputs.Image.Length];
foreach (string file in files)
{
    Drawing drawing;
    try
    {
        drawing = Drawing.Load(file);
    }
    catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"{file}: {e.Message}");
        return 1;
    }

    DigitReader.Inputs.Image.Write(drawing.Ink, drawing.Size, drawing.Size, drawing.Size, PixelFormat.Gray8, image);
    Classification[] answers = reader.Classify(image, k: 2);
    Console.WriteLine(drawing.ToText());
    Console.WriteLine($"{Path.GetFileName(file)}: {answers[0].Label} ({answers[0].Score:P1}), else {answers[1].Label} ({answers[1].Score:P1})");
    Console.WriteLine();
}

return 0;
