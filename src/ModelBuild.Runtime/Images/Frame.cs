namespace ModelBuild.Images;

/// <summary>Size after resizing and the window of it that is kept.</summary>
internal readonly record struct Frame(int ResizedWidth, int ResizedHeight, int X, int Y, int Width, int Height);
