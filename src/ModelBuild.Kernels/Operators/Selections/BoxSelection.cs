namespace ModelBuild.Kernels;

/// <summary>The operator NonMaxSuppression.</summary>
public static unsafe class BoxSelection
{
    /// <summary>For each class the boxes with the highest scores that don't overlap much with better ones.</summary>
    /// <param name="context">Scratch.</param>
    /// <param name="boxes"><c>[batch, boxes, 4]</c>, float.</param>
    /// <param name="scores"><c>[batch, classes, boxes]</c>, float.</param>
    /// <param name="maxOutputBoxesPerClass">How many at most; absent for none.</param>
    /// <param name="iouThreshold">Intersection over union up to which two boxes stay, from 0 to 1; absent for 0.</param>
    /// <param name="scoreThreshold">Boxes need a higher score; absent for all.</param>
    /// <param name="selectedIndices"><c>[selected, 3]</c>, 64-bit integers: batch entry, class, box; by batch entry, class and falling score, of equal scores the first box first.</param>
    /// <param name="centerPointBox">0: a box is two opposite corners <c>y1, x1, y2, x2</c>; 1: <c>center x, center y, width, height</c>.</param>
    public static void NonMaxSuppression(KernelContext context, TensorValue boxes, TensorValue scores, TensorValue? maxOutputBoxesPerClass, TensorValue? iouThreshold, TensorValue? scoreThreshold, [Output] TensorValue selectedIndices, long centerPointBox = 0)
    {
        if (boxes.Rank != 3 || scores.Rank != 3 || boxes.Shape[2] != 4 || boxes.Shape[0] != scores.Shape[0] || boxes.Shape[1] != scores.Shape[2]
            || boxes.ElementType != TensorElementType.Float32 || scores.ElementType != TensorElementType.Float32 || centerPointBox is not (0 or 1))
        {
            throw new KernelException($"Boxes {boxes} and scores {scores} don't fit.");
        }

        long limit = maxOutputBoxesPerClass is null ? 0 : Math.Max(0, Integers.Scalar(maxOutputBoxesPerClass));
        float overlap = iouThreshold is null ? 0 : Number(iouThreshold);
        float lowest = scoreThreshold is null ? float.NegativeInfinity : Number(scoreThreshold);
        if (!(overlap is >= 0 and <= 1))
        {
            throw new KernelException($"An intersection over union of {overlap} is not between 0 and 1.");
        }

        long count = boxes.Shape[1];
        long classes = scores.Shape[1];
        limit = Math.Min(limit, count);
        // The shape of a result that keeps everything; cut to what was found at the end.
        var candidates = (Candidate*)context.Scratch(checked((count * sizeof(Candidate)) + (limit * sizeof(Corners))));
        var kept = (Corners*)(candidates + count);
        TensorValue found = context.Temporary(0);
        found.Resize(TensorElementType.Int64, 0, 3);
        for (long row = 0; limit > 0 && row < scores.Shape[0] * classes; row++)
        {
            long batch = row / classes;
            int sorted = Sort(scores.Pointer<float>() + (row * count), count, lowest, scoreThreshold is not null, candidates);
            long selected = 0;
            for (int i = 0; i < sorted && selected < limit; i++)
            {
                var box = Corners.Of(boxes.Pointer<float>() + (((batch * count) + candidates[i].Box) * 4), centerPointBox != 0);
                bool free = true;
                for (long j = 0; free && j < selected; j++)
                {
                    free = !kept[j].Overlaps(box, overlap);
                }

                if (free)
                {
                    kept[selected++] = box;
                    long at = found.Shape[0];
                    found.ResizeFirst(at + 1);
                    long* to = found.Pointer<long>() + (at * 3);
                    (to[0], to[1], to[2]) = (batch, row % classes, candidates[i].Box);
                }
            }
        }

        selectedIndices.CopyFrom(found);
    }

    private static float Number(TensorValue value) => value.ElementType == TensorElementType.Float32 && value.Length == 1
        ? *value.Pointer<float>()
        : throw new KernelException($"One float is expected, not {value}.");

    private static int Sort(float* scores, long count, float lowest, bool bounded, Candidate* candidates)
    {
        int found = 0;
        for (long i = 0; i < count; i++)
        {
            if (!bounded || scores[i] > lowest)
            {
                candidates[found++] = new Candidate(scores[i], (int)i);
            }
        }

        new Span<Candidate>(candidates, found).Sort();
        return found;
    }

    private readonly struct Candidate(float score, int box) : IComparable<Candidate>
    {
        public readonly float Score = score;
        public readonly int Box = box;

        public int CompareTo(Candidate other) => other.Score.CompareTo(Score) is var order and not 0 ? order : Box.CompareTo(other.Box);
    }

    private readonly struct Corners(float top, float left, float bottom, float right)
    {
        private readonly float _top = top;
        private readonly float _left = left;
        private readonly float _bottom = bottom;
        private readonly float _right = right;

        public static Corners Of(float* box, bool isCenter)
        {
            if (isCenter)
            {
                float width = box[2] / 2, height = box[3] / 2;
                return new Corners(box[1] - height, box[0] - width, box[1] + height, box[0] + width);
            }

            return new Corners(Math.Min(box[0], box[2]), Math.Min(box[1], box[3]), Math.Max(box[0], box[2]), Math.Max(box[1], box[3]));
        }

        public bool Overlaps(Corners other, float threshold)
        {
            float width = Math.Min(_right, other._right) - Math.Max(_left, other._left);
            float height = Math.Min(_bottom, other._bottom) - Math.Max(_top, other._top);
            if (!(width > 0 && height > 0))
            {
                return false;
            }

            float intersection = width * height;
            float union = Area + other.Area - intersection;
            return Area > 0 && other.Area > 0 && union > 0 && intersection / union > threshold;
        }

        private float Area => (_bottom - _top) * (_right - _left);
    }
}
