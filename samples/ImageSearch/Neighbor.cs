namespace ImageSearch;

/// <summary>A picture and how alike it is to another one: 1 for the same, 0 for nothing in common.</summary>
internal sealed record Neighbor(string File, float Similarity);
